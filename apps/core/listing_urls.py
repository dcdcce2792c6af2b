"""Addresses of the list component's dialogs; included in `core`."""

from django.urls import path

from apps.core import listing_views as views

urlpatterns = [
    path("lists/<str:key>/filters/", views.list_filters, name="list_filters"),
    path("lists/<str:key>/columns/", views.list_columns, name="list_columns"),
    path("lists/<str:key>/visit/", views.list_visit, name="list_visit"),
    path("lists/<str:key>/views/", views.list_views, name="list_views"),
    path("lists/<str:key>/views/restore/", views.list_view_restore, name="list_view_restore"),
    path("lists/<str:key>/views/<int:view_id>/", views.list_view_change, name="list_view_change"),
    path("lists/<str:key>/views/<int:view_id>/remove/", views.list_view_remove, name="list_view_remove"),
]
