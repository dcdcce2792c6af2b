from django.urls import URLPattern, path

from apps.crm.portal.views import orders, tapes

urlpatterns: list[URLPattern] = [
    path("orders/", orders.order_list, name="order_list"),
    path("orders/download/<slug:kind>/", orders.order_download, name="order_download"),
    path("orders/<int:order_id>/", orders.order, name="order"),
    path("orders/<int:order_id>/tape/", tapes.order_tape, name="order_tape"),
    path("orders/<int:order_id>/tape/download/<slug:kind>/", tapes.order_tape_download, name="order_tape_download"),
    path("orders/<int:order_id>/photos/<int:photo_id>/", orders.order_photo, name="order_photo"),
]
