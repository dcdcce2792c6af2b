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
web(f"{_GROUP}records/add/", "GET POST", _IN)
web(f"{_GROUP}messages/<int:message_id>/facts/", "GET", _IN)
_RECORD: Scopes = {"chat with an order": BOB_OF_STAFF, "absent": NO_STAFF}
for _act in ("silence/", "remove/"):
    web(f"{_GROUP}records/<int:member_id>/{_act}", "POST", _RECORD)
web(f"{_GROUP}topics/", "GET", _IN)
web(f"{_GROUP}topics/<int:topic_id>/rename/", "GET POST", _IN, topic_id="chat_topic")
for _act in ("close/", "reopen/"):
    web(f"{_GROUP}topics/<int:topic_id>/{_act}", "POST", _IN, topic_id="chat_topic")
for _act in ("forward/", "task/", "note/", "topic/"):
    web(f"{_GROUP}messages/<int:message_id>/{_act}", "GET POST", _IN)
for _act in ("forward/", "group/", "tasks/", "delete/"):
    web(f"{_GROUP}chosen/<str:keys>/{_act}", "GET POST", _IN, keys="message_id")
for _act in ("remove/", "role/"):
    web(f"{_GROUP}members/<int:member_id>/{_act}", "POST", _IN)

add("live", "live/", "GET", {"group:{group_id}:en": of(403, 403, "in", 403, 403, 403)})
add("live", "live/", "GET", {"group:{group_id}:xx": of(*[403] * 6), "group:{group_id}": of(*[403] * 6)})
