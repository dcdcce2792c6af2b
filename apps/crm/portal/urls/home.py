from django.urls import URLPattern, path

from apps.crm.portal.views import home

urlpatterns: list[URLPattern] = [
    path("home/", home.home, name="home"),
    path("visits/<str:key>/", home.visit, name="visit"),
]
