"""Addresses of contacts."""

from django.urls import URLPattern, URLResolver, include, path

from apps.contacts import urls_settings
from apps.contacts.views import entities, ties, units

app_name = "contacts"
_contact = [
    path("", entities.entity, name="entity"),
    path("edit/<slug:section>/", entities.entity_section, name="entity_section"),
    path("trash/", entities.entity_trash, name="entity_trash"),
    path("restore/", entities.entity_restore, name="entity_restore"),
    path("seen/", entities.entity_seen, name="entity_seen"),
    path("favourite/", entities.entity_favourite, name="entity_favourite"),
    path("units/new/", units.unit_add, name="unit_add"),
    path("units/<int:unit_id>/", units.unit_edit, name="unit_edit"),
    path("units/<int:unit_id>/primary/", units.unit_primary, name="unit_primary"),
    path("units/<int:unit_id>/remove/", units.unit_remove, name="unit_remove"),
    path("links/<int:link_id>/reveal/", units.link_reveal, name="link_reveal"),
    path("jobs/new/", ties.job_add, name="job_add"),
    path("jobs/<int:relationship_id>/", ties.job_edit, name="job_edit"),
    path("relationships/new/", ties.relationship_add, name="relationship_add"),
    path("relationships/<int:relationship_id>/", ties.relationship_edit, name="relationship_edit"),
    path("relationships/<int:relationship_id>/remove/", ties.relationship_remove, name="relationship_remove"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("new/", entities.entity_create, name="entity_create"),
    *urls_settings.urlpatterns,
    path("<int:entity_id>/", include(_contact)),
    path("<int:entity_id>/<slug:tab>/", entities.entity, name="entity_tab"),
]
