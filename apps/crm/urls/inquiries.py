from django.urls import path

from apps.crm.views import threads, waiting

urlpatterns = [
    path("dealers/<int:dealer_id>/messages/", threads.dealer_thread, name="dealer_thread"),
    path("orders/<int:order_id>/messages/", threads.order_thread, name="order_thread"),
    path("claims/<int:claim_id>/messages/", threads.claim_thread, name="claim_thread"),
    path("waiting/", waiting.waiting, name="waiting"),
    path("waiting/away/", waiting.absence, name="absence"),
    path("dealers/<int:dealer_id>/manager/", waiting.dealer_assign, name="dealer_assign"),
]
