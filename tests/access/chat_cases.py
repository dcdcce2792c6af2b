"""What everybody meets at the doors of groups: bob's group, in which nobody else is, the administrator neither."""

from __future__ import annotations

from tests.access.matrix import BOB_OF_STAFF, NO_STAFF, STAFF, Scopes, add, of, web

_IN: Scopes = {"chat": BOB_OF_STAFF, "absent": NO_STAFF}

web("projects/", "GET", STAFF)
web("projects/search/", "GET", STAFF)
web("projects/pick/", "GET", STAFF)
web("projects/new/", "GET POST", STAFF)
_GROUP = "projects/<int:group_id>/"
for _page in (
    "links/",
    "search/",
    "people/",
    "",
    "info/",
    "messages/",
    "changes/",
    "pins/",
    "decisions/",
    "files/",
    "files/<int:file_id>/",
    "files/<int:file_id>/small/",
):
    web(f"{_GROUP}{_page}", "GET", _IN)
web(f"{_GROUP}members/add/", "GET POST", _IN)
for _act in ("mute/", "top/", "read/", "visit/", "typing/", "draft/", "post/", "files/bring/"):
    web(f"{_GROUP}{_act}", "POST", _IN)
for _act in ("edit/", "delete/", "react/", "pin/", "decide/"):
    web(f"{_GROUP}messages/<int:message_id>/{_act}", "POST", _IN)
web(f"{_GROUP}messages/<int:message_id>/readers/", "GET", _IN)
for _act in ("forward/", "task/", "note/"):
    web(f"{_GROUP}messages/<int:message_id>/{_act}", "GET POST", _IN)
for _act in ("forward/", "group/", "tasks/", "delete/"):
    web(f"{_GROUP}chosen/<str:keys>/{_act}", "GET POST", _IN, keys="message_id")
for _act in ("remove/", "role/"):
    web(f"{_GROUP}members/<int:member_id>/{_act}", "POST", _IN)

add("live", "live/", "GET", {"group:{group_id}:en": of(403, 403, "in", 403, 403, 403)})
add("live", "live/", "GET", {"group:{group_id}:xx": of(*[403] * 6), "group:{group_id}": of(*[403] * 6)})
