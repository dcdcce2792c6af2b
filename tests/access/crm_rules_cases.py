"""What everybody meets at the doors of automation rules."""

from __future__ import annotations

from tests.access.matrix import IN, STAFF, Scopes, of, web

_MANAGERS = of("login", 403, 403, 403, IN, IN)
_RULE: Scopes = {"all": _MANAGERS, "absent": of("login", 403, 403, 403, 404, 404)}

web("crm/rules/", "GET", _MANAGERS)
web("crm/rules/new/", "GET", _MANAGERS)
web("crm/rules/new/<slug:trigger>/", "GET POST", _MANAGERS, trigger="contact_made")
web("crm/rules/<int:automation_id>/", "GET POST", _RULE)
web("crm/rules/<int:automation_id>/remove/", "POST", _RULE)
web("crm/rules/<int:automation_id>/try/", "GET", _RULE)

web("crm/follow-up/", "GET", STAFF)
web("crm/follow-up/<slug:whose>/<slug:state>/", "GET", STAFF, whose="team", state="today")
web(
    "crm/follow-up/<slug:whose>/<slug:state>/chosen/<slug:act>/",
    "POST",
    STAFF,
    whose="mine",
    state="overdue",
    act="snooze",
)
