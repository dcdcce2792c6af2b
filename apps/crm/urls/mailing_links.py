"""Links in mailings (mailing_door.py)."""

from django.urls import URLPattern, path

from apps.crm.views import mailing_links

app_name = "mailing_link"
urlpatterns: list[URLPattern] = [
    path("<str:token>/", mailing_links.leave, name="leave"),
    path("<str:token>/back/", mailing_links.back, name="back"),
    path("<str:token>/topics/", mailing_links.topics, name="topics"),
]
