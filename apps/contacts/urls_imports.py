"""Addresses of import and export."""

from django.urls import path
from django.views.generic import RedirectView

urlpatterns = [
    path("import/", RedirectView.as_view(url="/contacts/"), name="import"),
    path("export/", RedirectView.as_view(url="/contacts/"), name="export"),
]
