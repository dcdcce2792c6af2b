from django.urls import URLPattern, path

from apps.crm.views import receivers

urlpatterns: list[URLPattern] = [
    path("receivers/", receivers.receivers, name="receivers"),
    path("receivers/new/", receivers.receiver_new, name="receiver_new"),
    path("receivers/<int:endpoint_id>/", receivers.receiver, name="receiver"),
    path("receivers/<int:endpoint_id>/edit/", receivers.receiver_edit, name="receiver_edit"),
    path("receivers/<int:endpoint_id>/act/", receivers.receiver_act, name="receiver_act"),
    path("receivers/<int:endpoint_id>/replay/", receivers.receiver_replay, name="receiver_replay"),
    path("receivers/<int:endpoint_id>/log/<int:delivery_id>/again/", receivers.receiver_again, name="receiver_again"),
]
