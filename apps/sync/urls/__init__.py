"""Sources and what they sent, under /sync/; the door of the plants is in the API."""

from django.urls import path

from apps.sync.views import connection_rows, connections, cursors, inbox, phones, records, sources

app_name = "sync"
urlpatterns = [
    path("", sources.dashboard, name="sources"),
    path("new/", sources.source_create, name="source_create"),
    path("order-records/<int:order_event_id>/", records.order_record, name="order_record"),
    path("connections/", connections.connection_list, name="connections"),
    path("connections/new/", connections.connection_choose, name="connection_choose"),
    path("connections/new/<slug:kind>/", connections.connection_add, name="connection_add"),
    path("connections/<int:connection_id>/", connections.connection_page, name="connection"),
    path("connections/<int:connection_id>/edit/", connections.connection_edit, name="connection_edit"),
    path("connections/<int:connection_id>/switch/", connections.connection_switch, name="connection_switch"),
    path("connections/<int:connection_id>/test/", connections.connection_test, name="connection_test"),
    path("connections/<int:connection_id>/run/", connections.connection_run, name="connection_run"),
    path("connections/<int:connection_id>/preview/", connections.connection_preview, name="connection_preview"),
    path("connections/<int:connection_id>/remove/", connections.connection_remove, name="connection_remove"),
    path("connections/<int:connection_id>/rows/", connection_rows.rows, name="connection_rows"),
    path("connections/<int:connection_id>/rows/bulk/<slug:act>/", connection_rows.rows_bulk, name="connection_bulk"),
    path("phones/", phones.phones, name="phones"),
    path("phones/passwords/", phones.password_create, name="app_password_create"),
    path("phones/passwords/<int:app_password_id>/revoke/", phones.password_revoke, name="app_password_revoke"),
    path("phones/clashes/<int:clash_id>/", phones.clash, name="card_clash"),
    path("<slug:code>/", sources.source_page, name="source"),
    path("<slug:code>/edit/", sources.source_edit, name="source_edit"),
    path("<slug:code>/cursor/", cursors.source_cursor, name="source_cursor"),
    path("<slug:code>/pause/", sources.source_pause, name="source_pause"),
    path("<slug:code>/resume/", sources.source_resume, name="source_resume"),
    path("<slug:code>/replay/", inbox.rejections_replay, name="replay"),
    path("<slug:code>/tokens/", sources.token_grant, name="token_grant"),
    path("<slug:code>/tokens/<int:source_token_id>/revoke/", sources.token_revoke, name="token_revoke"),
    path("<slug:code>/batches/", inbox.batches, name="batches"),
    path("<slug:code>/rejections/", inbox.rejections, name="rejections"),
    path("<slug:code>/rejections/bulk/<slug:act>/", inbox.rejections_bulk, name="rejections_bulk"),
    path("<slug:code>/rejections/<int:rejection_id>/", inbox.rejection, name="rejection"),
]
