from django.urls import URLPattern, path

from apps.messaging.views import senders

urlpatterns: list[URLPattern] = [
    path("unknown/", senders.strangers, name="strangers"),
    path("unknown/<int:sender_id>/attach/", senders.sender_attach, name="sender_attach"),
    path("unknown/<int:sender_id>/<slug:act>/", senders.sender_act, name="sender_act"),
    path("unknown/blocked/<int:blocked_id>/remove/", senders.sender_unblock, name="sender_unblock"),
]
