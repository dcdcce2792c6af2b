from django.urls import URLPattern, path

from apps.crm.views import shipments

urlpatterns: list[URLPattern] = [
    path("shipments/", shipments.shipment_list, name="shipment_list"),
    path("shipments/<int:shipment_id>/", shipments.shipment, name="shipment"),
    path("shipments/<int:shipment_id>/stops/<int:stop_id>/proof/", shipments.shipment_proof, name="shipment_proof"),
]
