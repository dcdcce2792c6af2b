"""What programs meet in groups and projects: bob's, in which nobody else is, the administrator neither.

And who sees to such programs on pages.
"""

from __future__ import annotations

from tests.access.matrix import BOB_OF_STAFF, IN, NO_STAFF, OPEN, OUTSIDE, Scopes, of, program, to_programs, web

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

# --- pages -----------------------------------------------------------------------------------------------------------
_MANAGED: Scopes = {"chat": BOB_OF_STAFF, "absent": NO_STAFF}
_PROGRAM: Scopes = {"chat's program": BOB_OF_STAFF, "absent": NO_STAFF}
_PAGES = "projects/<int:group_id>/programs/"
web(_PAGES, "GET", _MANAGED)
for _kind in ("bots", "hooks", "receivers"):
    web(f"{_PAGES}{_kind}/add/", "GET POST", _MANAGED)
web(f"{_PAGES}bots/<int:member_id>/", "GET POST", _PROGRAM)
web(f"{_PAGES}bots/<int:member_id>/key/", "POST", _PROGRAM)
web(f"{_PAGES}receivers/<int:endpoint_id>/", "GET", _PROGRAM)
web(f"{_PAGES}receivers/<int:endpoint_id>/edit/", "GET POST", _PROGRAM)
web(f"{_PAGES}receivers/<int:endpoint_id>/act/", "POST", _PROGRAM, {"step": "pause"})

# Whoever has the address may write, signed in or not.
web("hooks/<str:hook_key>/", "POST", {"all": OPEN, "absent": of(*[404] * 6)})
