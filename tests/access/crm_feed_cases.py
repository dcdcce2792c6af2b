"""What everybody meets at the doors of dealers' programs and receivers of events."""

from __future__ import annotations

from tests.access.crm_orders_cases import OWN_OF_DEALER, PORTAL
from tests.access.matrix import ADMIN, API_ROLES, NO_ADMIN, Scopes, add, web

# --- the portal: an owner's ------------------------------------------------------------------------------------------
web("portal/feed/", "GET", PORTAL)
web("portal/feed/keys/new/", "GET POST", PORTAL)
web("portal/feed/keys/<int:key_id>/revoke/", "POST", OWN_OF_DEALER)
web("portal/feed/receivers/new/", "GET POST", PORTAL)
_RECEIVER = "portal/feed/receivers/<int:endpoint_id>/"
web(_RECEIVER, "GET", OWN_OF_DEALER)
web(f"{_RECEIVER}edit/", "GET POST", OWN_OF_DEALER)
web(f"{_RECEIVER}act/", "POST", OWN_OF_DEALER, {"step": "test"})
web(f"{_RECEIVER}replay/", "POST", OWN_OF_DEALER)
web(f"{_RECEIVER}log/<int:delivery_id>/again/", "POST", OWN_OF_DEALER)

# --- the house's own: administrators'; those of dealers are nobody's here ---------------------------------------------
_OF_HOUSE: Scopes = {"house receiver": ADMIN, "dealer": NO_ADMIN, "absent": NO_ADMIN}
web("crm/receivers/", "GET", ADMIN)
web("crm/receivers/new/", "GET POST", ADMIN)
_RECEIVER = "crm/receivers/<int:endpoint_id>/"
web(_RECEIVER, "GET", _OF_HOUSE)
web(f"{_RECEIVER}edit/", "GET POST", _OF_HOUSE)
web(f"{_RECEIVER}act/", "POST", _OF_HOUSE, {"step": "test"})
web(f"{_RECEIVER}replay/", "POST", _OF_HOUSE)
web(f"{_RECEIVER}log/<int:delivery_id>/again/", "POST", _OF_HOUSE)

# --- programs of dealers have keys of their own (tests/crm/test_dealer_feed.py) ---------------------------------------
add("api", "api/v1/feed/<kind>", "GET", dict.fromkeys(API_ROLES, 401), kind="orders")
