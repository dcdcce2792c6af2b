from django.urls import path

from apps.crm.views import threads

urlpatterns = [
    path("dealers/<int:dealer_id>/messages/", threads.dealer_thread, name="dealer_thread"),
    path("orders/<int:order_id>/messages/", threads.order_thread, name="order_thread"),
    path("claims/<int:claim_id>/messages/", threads.claim_thread, name="claim_thread"),
]
