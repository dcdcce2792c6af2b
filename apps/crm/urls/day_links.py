"""Public links to one delivery; the middleware has found the link before a view is asked."""

from django.urls import URLPattern, path

from apps.crm.views import day_links

app_name = "day_link"
urlpatterns: list[URLPattern] = [
    path("<str:token>/", day_links.delivery, name="delivery"),
    path("<str:token>/acts/", day_links.acts, name="acts"),
    path("<str:token>/pictures/<uuid:key>/", day_links.picture, name="picture"),
    path("<str:token>/pictures/<uuid:key>/small/", day_links.picture, {"size": "small"}, name="picture_small"),
]
