from django.urls import URLPattern

from apps.messaging.urls import accounts, reading, senders, templates, voice, writing

app_name = "messaging"
urlpatterns: list[URLPattern] = [
    *reading.urlpatterns,
    *writing.urlpatterns,
    *accounts.urlpatterns,
    *templates.urlpatterns,
    *senders.urlpatterns,
    *voice.urlpatterns,
]
