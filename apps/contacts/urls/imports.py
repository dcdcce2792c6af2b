"""Addresses of import and export, part of `urls`."""

from django.urls import URLPattern, path

from apps.contacts.views import exports, import_reviews, imports

urlpatterns: list[URLPattern] = [
    path("import/", imports.import_upload, name="import"),
    path("import/<int:import_id>/", imports.import_detail, name="import_detail"),
    path("import/<int:import_id>/rejections.csv", imports.import_rejections, name="import_rejections"),
    path("import/<int:import_id>/review/", import_reviews.import_review, name="import_review"),
    path("export/", exports.export, name="export"),
    path("export/<slug:ticket>/", exports.export_download, name="export_download"),
]
