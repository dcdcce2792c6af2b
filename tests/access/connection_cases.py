"""What everybody meets at the doors of connections: administrators alone come in."""

from __future__ import annotations

from tests.access.matrix import ADMIN, NO_ADMIN, Scopes, web

_CONNECTION: Scopes = {"all": ADMIN, "absent": NO_ADMIN}
web("sync/connections/", "GET", ADMIN)
web("sync/connections/new/", "GET", ADMIN)
web("sync/connections/new/<slug:kind>/", "GET POST", ADMIN, kind="mailchimp")
web("sync/connections/<int:connection_id>/", "GET", _CONNECTION)
web("sync/connections/<int:connection_id>/edit/", "GET POST", _CONNECTION)
for _act in ("switch", "test", "run", "remove"):
    web(f"sync/connections/<int:connection_id>/{_act}/", "POST", _CONNECTION)
web("sync/connections/<int:connection_id>/preview/", "GET", _CONNECTION)
web("sync/connections/<int:connection_id>/rows/", "GET", _CONNECTION)
web("sync/connections/<int:connection_id>/rows/bulk/<slug:act>/", "POST", _CONNECTION, act="replay")
