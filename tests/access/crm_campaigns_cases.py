"""What everybody meets at the doors of segments and campaigns: content and managers send, sales read."""

from __future__ import annotations

from tests.access.matrix import IN, NO_STAFF, Scopes, of, web

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
