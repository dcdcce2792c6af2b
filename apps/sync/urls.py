"""Sources and what they sent, under /sync/; the door of the plants is in the API."""

from django.urls import URLPattern

app_name = "sync"
urlpatterns: list[URLPattern] = []
