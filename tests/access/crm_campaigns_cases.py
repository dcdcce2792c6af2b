"""What everybody meets at the doors of segments and campaigns: content and managers send, sales read."""

from __future__ import annotations

from tests.access.matrix import (
    IN,
    NO_STAFF,
    OPEN,
    OUTSIDE,
    PROGRAMS_READ,
    VIEWED,
    Scopes,
    of,
    program,
    to_programs,
    web,
)

_READERS = of("login", 403, IN, IN, IN, IN)
_SENDERS = of("login", 403, 403, IN, IN, IN)
_CHARLIES = of("login", 403, 404, IN, 404, 404)
_SEGMENT: Scopes = {"shared segment": _READERS, "own segment": _CHARLIES, "absent": NO_STAFF}
_SEGMENT_CHANGED: Scopes = {**_SEGMENT, "shared segment": _SENDERS}

web("crm/segments/", "GET", _READERS)
web("crm/segments/new/", "GET POST", _SENDERS)
web("crm/segments/<int:segment_id>/", "GET", _SEGMENT)
web("crm/segments/<int:segment_id>/edit/", "GET POST", _SEGMENT_CHANGED)
web("crm/segments/<int:segment_id>/remove/", "POST", _SEGMENT_CHANGED)

_READ: Scopes = {"draft": _READERS, "begun": _READERS, "absent": NO_STAFF}
_SENT: Scopes = {"draft": _SENDERS, "absent": of("login", 403, 403, 404, 404, 404)}
_ONE = "crm/campaigns/<int:campaign_id>/"

web("crm/campaigns/", "GET", _READERS)
web("crm/campaigns/new/", "GET POST", _SENDERS)
web(_ONE, "GET", _READ)
web(f"{_ONE}edit/", "GET POST", _SENT)
web(f"{_ONE}words/", "GET POST", _SENT)
web(f"{_ONE}preview/", "POST", _SENT)
web(f"{_ONE}copy/", "POST", _SENT)
web(f"{_ONE}test/", "POST", _SENT)
web(f"{_ONE}schedule/", "GET POST", _SENT)
web(f"{_ONE}unschedule/", "POST", _SENT)
web(f"{_ONE}start/", "POST", _SENT)
web(f"{_ONE}pause/", "POST", _SENT)
web(f"{_ONE}resume/", "POST", _SENT)
web(f"{_ONE}cancel/", "POST", _SENT)
web(f"{_ONE}left-out/<slug:reason>/", "GET", _SENT, reason="no_address")
web(f"{_ONE}recipients/", "GET", _READ)
web("crm/contacts/<int:entity_id>/mailings/", "GET", VIEWED)

# --- what mails lead to ----------------------------------------------------------------------------------------------
web("m/<str:token>/", "GET", of(404, 404, 404, 404, 404, 404), token="none")
web("m/open/<str:token>/", "GET", OPEN, token="none")

# --- programs --------------------------------------------------------------------------------------------------------
program("campaigns", "GET", PROGRAMS_READ)
program(
    "campaigns/<campaign_id>",
    "GET",
    {"draft": PROGRAMS_READ, "begun": PROGRAMS_READ, "absent": to_programs(*OUTSIDE, 404, 404, 404, 404, 404)},
)
