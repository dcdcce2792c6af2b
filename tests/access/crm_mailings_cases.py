"""What everybody meets at the doors of mailings."""

from __future__ import annotations

from tests.access.matrix import IN, Scopes, of, web

_KEEPERS = of("login", 403, 403, IN, IN, IN)
_TOPIC: Scopes = {"all": _KEEPERS, "absent": of("login", 403, 403, 404, 404, 404)}

web("crm/settings/mailing-topics/", "GET", _KEEPERS)
web("crm/settings/mailing-topics/new/", "GET POST", _KEEPERS)
web("crm/settings/mailing-topics/<int:topic_id>/", "GET POST", _TOPIC)
