from django.urls import URLPattern, path

from apps.crm.views import shipments

urlpatterns: list[URLPattern] = [
    path("shipments/", shipments.shipment_list, name="shipment_list"),
    path("shipments/<int:shipment_id>/", shipments.shipment, name="shipment"),
    path("shipments/<int:shipment_id>/stops/<int:stop_id>/proof/", shipments.shipment_proof, name="shipment_proof"),
    path("shipments/<int:shipment_id>/pictures/<uuid:key>/", shipments.unloading_picture, name="unloading_picture"),
    path(
        "shipments/<int:shipment_id>/pictures/<uuid:key>/small/",
        shipments.unloading_picture,
        {"size": "small"},
        name="unloading_picture_small",
    ),
]
