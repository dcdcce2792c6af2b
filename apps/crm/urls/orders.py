from django.urls import URLPattern, path

from apps.crm.views import as_of, order_photos, orders, promises, tapes

urlpatterns: list[URLPattern] = [
    path("promises/", promises.promise_report, name="promise_report"),
    path("as-of/", as_of.as_of, name="as_of"),
    path("orders/", orders.order_list, name="order_list"),
    path("orders/<int:order_id>/", orders.order, name="order"),
    path("orders/<int:order_id>/tape/", tapes.order_tape, name="order_tape"),
    path("orders/<int:order_id>/tape/download/<slug:kind>/", tapes.order_tape_download, name="order_tape_download"),
    path("orders/<int:order_id>/photos/add/", order_photos.order_photos_add, name="order_photos_add"),
    path("orders/<int:order_id>/photos/<int:photo_id>/", orders.order_photo, name="order_photo"),
]
