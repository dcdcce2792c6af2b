"""What mails of campaigns lead to, for anybody who holds one."""

from django.urls import URLPattern, path

from apps.crm.views import mail_links

app_name = "mail_link"
urlpatterns: list[URLPattern] = [
    path("open/<str:token>/", mail_links.opening, name="open"),
    path("<str:token>/", mail_links.following, name="follow"),
]
