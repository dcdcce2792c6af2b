from django.urls import URLPattern, path

from apps.crm.portal.views import unloading

_DELIVERY = "deliveries/<int:shipment_id>/"
urlpatterns: list[URLPattern] = [
    path("deliveries/days/", unloading.days, name="delivery_days"),
    path(f"{_DELIVERY}acts/", unloading.acts, name="unloading_acts"),
    path(f"{_DELIVERY}pictures/<uuid:key>/", unloading.picture, name="unloading_picture"),
    path(
        f"{_DELIVERY}pictures/<uuid:key>/small/", unloading.picture, {"size": "small"}, name="unloading_picture_small"
    ),
    path(f"{_DELIVERY}links/", unloading.link_make, name="delivery_link_make"),
    path(f"{_DELIVERY}links/<int:link_id>/end/", unloading.link_end, name="delivery_link_end"),
]
