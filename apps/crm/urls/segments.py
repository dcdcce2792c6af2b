from django.urls import URLPattern, path

from apps.crm.views import segments

urlpatterns: list[URLPattern] = [
    path("segments/", segments.segment_list, name="segments"),
    path("segments/new/", segments.segment_add, name="segment_add"),
    path("segments/<int:segment_id>/", segments.segment, name="segment"),
    path("segments/<int:segment_id>/edit/", segments.segment_edit, name="segment_edit"),
    path("segments/<int:segment_id>/remove/", segments.segment_remove, name="segment_remove"),
]
