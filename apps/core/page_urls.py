"""Addresses of the frame's own pages; their names stand alone ("home", "search")."""

from django.urls import path
from django.views.i18n import set_language

from apps.core import pages

urlpatterns = [
    path("", pages.home, name="home"),
    path("search/", pages.search, name="search"),
    path("shortcuts/", pages.shortcuts, name="shortcuts"),
    path("components/", pages.components, name="components"),
    path("theme/", pages.theme, name="theme"),
    path("language/", set_language, name="set_language"),
    path("offline/", pages.offline, name="offline"),
    path("manifest.webmanifest", pages.manifest, name="manifest"),
    path("favicon.ico", pages.favicon, name="favicon"),
    path("brand.css", pages.brand, name="brand"),
    path("sw.js", pages.service_worker, name="service_worker"),
]
