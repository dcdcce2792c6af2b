from django.urls import path

from apps.crm.portal.views import threads

urlpatterns = [
    path("messages/", threads.messages, name="messages"),
    path("orders/<int:order_id>/messages/", threads.order_thread, name="order_thread"),
    path("orders/<int:order_id>/price/", threads.price_ask, name="price_ask"),
    path("claims/<int:claim_id>/messages/", threads.claim_thread, name="claim_thread"),
    path("messages/<int:activity_id>/files/<int:file_id>/", threads.message_file, name="message_file"),
]
