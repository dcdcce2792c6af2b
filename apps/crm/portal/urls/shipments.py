from django.urls import URLPattern, path

from apps.crm.portal.views import shipments

urlpatterns: list[URLPattern] = [
    path("deliveries/", shipments.shipment_list, name="shipment_list"),
    path("deliveries/<int:shipment_id>/", shipments.shipment, name="shipment"),
    path("deliveries/<int:shipment_id>/stops/<int:stop_id>/proof/", shipments.shipment_proof, name="shipment_proof"),
]
