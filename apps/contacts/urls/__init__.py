"""Addresses of contacts."""

from django.urls import URLPattern, URLResolver, include, path

from apps.contacts.urls import imports, settings
from apps.contacts.views import (
    attachments,
    bulk,
    cards,
    duplicates,
    entities,
    lists,
    media,
    merging,
    selections,
    ties,
    units,
)

app_name = "contacts"
_contact = [
    path("", entities.entity, name="entity"),
    path("edit/<slug:section>/", entities.entity_section, name="entity_section"),
    path("trash/", entities.entity_trash, name="entity_trash"),
    path("restore/", entities.entity_restore, name="entity_restore"),
    path("more/", media.entity_raw, name="entity_raw"),
    path("seen/", entities.entity_seen, name="entity_seen"),
    path("favourite/", entities.entity_favourite, name="entity_favourite"),
    path("units/new/", units.unit_add, name="unit_add"),
    path("units/<int:unit_id>/", units.unit_edit, name="unit_edit"),
    path("units/<int:unit_id>/primary/", units.unit_primary, name="unit_primary"),
    path("units/<int:unit_id>/remove/", units.unit_remove, name="unit_remove"),
    path("emails/<int:email_id>/mailings/", units.email_mailings, name="email_mailings"),
    path("links/<int:link_id>/reveal/", units.link_reveal, name="link_reveal"),
    path("jobs/new/", ties.job_add, name="job_add"),
    path("jobs/<int:relationship_id>/", ties.job_edit, name="job_edit"),
    path("relationships/new/", ties.relationship_add, name="relationship_add"),
    path("relationships/<int:relationship_id>/", ties.relationship_edit, name="relationship_edit"),
    path("relationships/<int:relationship_id>/remove/", ties.relationship_remove, name="relationship_remove"),
    path("photo.jpg", media.photo, name="photo"),
    path("photo/", media.entity_photo, name="entity_photo"),
    path("photo/remove/", media.photo_remove, name="photo_remove"),
    path("files/add/", attachments.attachment_add, name="attachment_add"),
    path("files/<int:attachment_id>/", attachments.attachment, name="attachment"),
    path("files/<int:attachment_id>/remove/", attachments.attachment_remove, name="attachment_remove"),
    path("qr/", cards.entity_qr, name="entity_qr"),
    path("print/", media.entity_print, name="entity_print"),
    path("vcard/", cards.entity_vcard, name="entity_vcard"),
    path("user/", media.entity_user, name="entity_user"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("", lists.entity_list, name="list"),
    path("list/<slug:tab>/", lists.entity_list, name="list_tab"),
    path("new/", entities.entity_create, name="entity_create"),
    path("new/lookalikes/", duplicates.lookalike_list, name="lookalikes"),
    path("duplicates/", duplicates.duplicate_list, name="duplicates"),
    path("duplicates/search/", duplicates.duplicate_search, name="duplicate_search"),
    path("duplicates/<int:pair_id>/dismiss/", duplicates.duplicate_dismiss, name="duplicate_dismiss"),
    path("merge/", merging.merge, name="merge"),
    path("merge/chosen/", merging.selection_merge, name="selection_merge"),
    path("pick/", lists.entity_pick, name="pick"),
    path("mail/", selections.selection_mail, name="selection_mail"),
    path("print/", selections.selection_print, name="selection_print"),
    path("bulk/<slug:action>/", bulk.bulk, name="bulk"),
    *imports.urlpatterns,
    *settings.urlpatterns,
    path("<int:entity_id>/", include(_contact)),
    path("<int:entity_id>/<slug:tab>/", entities.entity, name="entity_tab"),
]
