"""What everybody meets at the doors of sources; their programs have tokens of their own (tests/sync)."""

from __future__ import annotations

from tests.access.matrix import (
    ADMIN,
    API_ROLES,
    MANAGERS,
    NO_ADMIN,
    OPEN_TO_PROGRAMS,
    Scopes,
    of,
    program,
    web,
)

_STRANGERS = dict.fromkeys(API_ROLES, 401)
program("feeds/<code>/batches", "POST", _STRANGERS, {"records": []})
program("feeds/<code>/status", "GET", _STRANGERS)
program("feeds/schema", "GET", OPEN_TO_PROGRAMS)

# --- pages: for administrators alone ----------------------------------------------------------------------------------
_SOURCE: Scopes = {"all": ADMIN, "absent": NO_ADMIN}
web("sync/", "GET", ADMIN)
web("sync/new/", "GET POST", ADMIN)
# Records of an order as they came, for managers who see its dealer.
_NO_RECORD = of("login", 403, 403, 403, 404, 404)
_RECORD: Scopes = {"dealer": MANAGERS, "other_dealer": MANAGERS, "absent": _NO_RECORD}
web("sync/order-records/<int:order_event_id>/", "GET", _RECORD)
web("sync/<slug:code>/", "GET", _SOURCE)
web("sync/<slug:code>/edit/", "GET POST", _SOURCE)
web("sync/<slug:code>/cursor/", "GET POST", {"all": NO_ADMIN, "absent": NO_ADMIN})  # of what isn't read from a database
for _act in ("pause", "resume", "replay", "tokens"):
    web(f"sync/<slug:code>/{_act}/", "POST", _SOURCE)
web("sync/<slug:code>/tokens/<int:source_token_id>/revoke/", "POST", _SOURCE)
web("sync/<slug:code>/batches/", "GET", _SOURCE)
web("sync/<slug:code>/rejections/", "GET", _SOURCE)
web("sync/<slug:code>/rejections/bulk/<slug:act>/", "POST", _SOURCE, act="replay")
web("sync/<slug:code>/rejections/<int:rejection_id>/", "GET", _SOURCE)
