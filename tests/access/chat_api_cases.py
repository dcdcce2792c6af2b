"""What programs meet in groups and projects: bob's, in which nobody else is, the administrator neither."""

from __future__ import annotations

from tests.access.matrix import IN, OUTSIDE, Scopes, program, to_programs

# Bob's "reader" has no scope of groups.
_ANYBODY = to_programs(*OUTSIDE, 403, IN, IN, IN, IN)
_NOBODY = to_programs(*OUTSIDE, 403, 404, 404, 404, 404)
_HIS = to_programs(*OUTSIDE, 403, IN, 404, 404, 404)
_IN: Scopes = {"chat": _HIS, "absent": _NOBODY}
_PROJECT: Scopes = {"project": _HIS, "mere group": _NOBODY, "absent": _NOBODY}

program("groups", "GET", _ANYBODY)
program("groups/search", "GET", _ANYBODY)
_GROUP = "groups/<group_id>"
program(_GROUP, "GET", _IN)
program(f"{_GROUP}/members", "GET", _IN)
program(f"{_GROUP}/read", "POST", _IN, {"seq": 1})
program(f"{_GROUP}/messages", "GET", _IN)
program(f"{_GROUP}/messages", "POST", _IN, {"text": "Oak arrived"})
program(f"{_GROUP}/messages/<message_id>", "GET DELETE", _IN)
program(f"{_GROUP}/messages/<message_id>", "PATCH", _IN, {"text": "Pine arrived"})
program(f"{_GROUP}/messages/<message_id>/react", "POST", _IN, {"sign": "👍"})
program(f"{_GROUP}/messages/<message_id>/pin", "POST", _IN, {"wanted": True})
program(f"{_GROUP}/files", "GET", _IN)
program(f"{_GROUP}/files", "POST", {"chat": to_programs(*OUTSIDE, 403, IN, IN, IN, IN)})
program(f"{_GROUP}/files/<file_id>", "GET", _IN)

program("projects", "GET", _ANYBODY)
for _page in ("", "/participants", "/tasks", "/history"):
    program(f"projects/<project_id>{_page}", "GET", _PROJECT)
