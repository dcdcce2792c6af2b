from django.urls import URLPattern, path

from apps.crm.views import order_photos, orders, promises

urlpatterns: list[URLPattern] = [
    path("promises/", promises.promise_report, name="promise_report"),
    path("orders/", orders.order_list, name="order_list"),
    path("orders/<int:order_id>/", orders.order, name="order"),
    path("orders/<int:order_id>/photos/add/", order_photos.order_photos_add, name="order_photos_add"),
    path("orders/<int:order_id>/photos/<int:photo_id>/", orders.order_photo, name="order_photo"),
]
