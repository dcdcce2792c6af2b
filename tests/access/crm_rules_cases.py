"""What everybody meets at the doors of automation rules."""

from __future__ import annotations

from tests.access.matrix import IN, Scopes, of, web

_MANAGERS = of("login", 403, 403, 403, IN, IN)
_RULE: Scopes = {"all": _MANAGERS, "absent": of("login", 403, 403, 403, 404, 404)}

web("crm/rules/", "GET", _MANAGERS)
web("crm/rules/new/", "GET", _MANAGERS)
web("crm/rules/new/<slug:trigger>/", "GET POST", _MANAGERS, trigger="contact_made")
web("crm/rules/<int:automation_id>/", "GET POST", _RULE)
web("crm/rules/<int:automation_id>/remove/", "POST", _RULE)
web("crm/rules/<int:automation_id>/try/", "GET", _RULE)
