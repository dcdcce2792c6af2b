"""The settings of contacts, the trash, and the pictures of who is tied to whom."""

from django.urls import path

from apps.contacts.views import categories, fields, folders, graph, relationship_types, summary, trash

urlpatterns = [
    path("settings/summary/", summary.summary, name="summary"),
    path("settings/folders/", folders.folder_list, name="folders"),
    path("settings/folders/add/", folders.folder_add, name="folder_add"),
    path("settings/folders/<int:folder_id>/", folders.folder_edit, name="folder_edit"),
    path("settings/folders/<int:folder_id>/rights/", folders.folder_rights, name="folder_rights"),
    path("settings/folders/<int:folder_id>/remove/", folders.folder_remove, name="folder_remove"),
    path("settings/categories/", categories.category_list, name="categories"),
    path("settings/categories/add/", categories.category_add, name="category_add"),
    path("settings/categories/<int:category_id>/", categories.category_edit, name="category_edit"),
    path("settings/categories/<int:category_id>/remove/", categories.category_remove, name="category_remove"),
    path("settings/fields/", fields.field_list, name="fields"),
    path("settings/fields/add/", fields.field_add, name="field_add"),
    path("settings/fields/order/", fields.field_order, name="field_order"),
    path("settings/fields/<int:field_id>/", fields.field_edit, name="field_edit"),
    path("settings/fields/<int:field_id>/retire/", fields.field_retire, name="field_retire"),
    path("settings/relationships/", relationship_types.relationship_type_list, name="relationship_types"),
    path("settings/relationships/add/", relationship_types.relationship_type_add, name="relationship_type_add"),
    path(
        "settings/relationships/<int:type_id>/",
        relationship_types.relationship_type_edit,
        name="relationship_type_edit",
    ),
    path(
        "settings/relationships/<int:type_id>/retire/",
        relationship_types.relationship_type_retire,
        name="relationship_type_retire",
    ),
    path("trash/", trash.trash_list, name="trash"),
    path("trash/restore/", trash.trash_restore, name="trash_restore"),
    path("<int:entity_id>/chart/", graph.entity_chart, name="entity_chart"),
    path("<int:entity_id>/graph/", graph.entity_graph, name="entity_graph"),
]
