"""What everybody meets at the doors of projects: members alone come in, and nobody where there is but a group."""

from __future__ import annotations

from tests.access.matrix import ADMIN, BOB_OF_STAFF, NO_ADMIN, NO_STAFF, STAFF, VIEWED, Scopes, web

_IN: Scopes = {"project": BOB_OF_STAFF, "mere group": NO_STAFF, "absent": NO_STAFF}
_TURNED: Scopes = {"chat": BOB_OF_STAFF, "absent": NO_STAFF}

web("projects/all/", "GET", STAFF)
web("projects/all/tasks/", "GET", STAFF)
web("projects/all/history/", "GET", STAFF)
web("projects/all/new/", "GET POST", STAFF)
web("projects/of/<int:entity_id>/", "GET", VIEWED)
_PROJECT = "projects/<int:group_id>/"
for _page in ("about/", "contacts/", "history/", "tasks/", "tasks/board/"):
    web(f"{_PROJECT}{_page}", "GET", _IN)
for _page in ("about/edit/", "about/tasks/", "contacts/add/", "tasks/add/", "contacts/<int:participant_id>/role/"):
    web(f"{_PROJECT}{_page}", "GET POST", _IN)
for _act in ("project/close/", "contacts/<int:participant_id>/remove/"):
    web(f"{_PROJECT}{_act}", "POST", _IN)
web(f"{_PROJECT}project/", "POST", _TURNED)
web(f"{_PROJECT}tasks/<int:task_id>/move/", "GET POST", _IN)

web("projects/import/", "GET POST", STAFF)
web("projects/import/<str:sealed>/", "GET POST", NO_STAFF, sealed="no-seal")
web("projects/import/<int:operation_id>/", "GET", {"absent": NO_STAFF})
web("projects/import/<int:operation_id>/rejections/", "GET", {"absent": NO_STAFF})
web("projects/import/<int:operation_id>/undo/", "POST", {"absent": NO_STAFF})

_OWN_FIELDS = "projects/settings/fields/"
web(_OWN_FIELDS, "GET", ADMIN)
web(f"{_OWN_FIELDS}add/", "GET POST", ADMIN)
web(f"{_OWN_FIELDS}order/", "POST", ADMIN)
# The world's fields are those of contacts, which have doors of their own.
_FIELD: Scopes = {"all": NO_ADMIN, "absent": NO_ADMIN}
web(f"{_OWN_FIELDS}<int:field_id>/", "GET POST", _FIELD)
web(f"{_OWN_FIELDS}<int:field_id>/retire/", "POST", _FIELD)
