"""What everybody meets at the doors of mailings."""

from __future__ import annotations

from tests.access.matrix import IN, OPEN, Scopes, of, web

_KEEPERS = of("login", 403, 403, IN, IN, IN)
_TOPIC: Scopes = {"all": _KEEPERS, "absent": of("login", 403, 403, 404, 404, 404)}

web("crm/settings/mailing-topics/", "GET", _KEEPERS)
web("crm/settings/mailing-topics/new/", "GET POST", _KEEPERS)
web("crm/settings/mailing-topics/<int:topic_id>/", "GET POST", _TOPIC)
web("crm/suppressions/", "GET", _KEEPERS)
web("crm/suppressions/add/", "GET POST", _KEEPERS)
web("crm/suppressions/import/", "GET POST", _KEEPERS)
web("crm/suppressions/download/<slug:kind>/", "GET", _KEEPERS, kind="csv")
web("crm/suppressions/<int:suppression_id>/", "GET POST", _TOPIC)

# Whoever has the mail: signed in or not, the sealed token alone says whose it is.
_LETTER: Scopes = {"all": OPEN, "absent": of(*[404] * 6)}
web("unsubscribe/<str:token>/", "GET POST", _LETTER, token="letter")
web("unsubscribe/<str:token>/back/", "POST", _LETTER, token="letter")
web("unsubscribe/<str:token>/topics/", "GET POST", _LETTER, token="letter")
