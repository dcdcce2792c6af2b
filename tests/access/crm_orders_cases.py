"""What everybody meets at the doors of orders, deliveries and finances: the dealers' own and the house's."""

from __future__ import annotations

from tests.access.matrix import (
    ADMIN,
    IN,
    NOBODY,
    OPEN,
    OUTSIDE,
    PROGRAMS_WRITE,
    Scopes,
    add,
    of,
    program,
    to_programs,
    web,
)

PORTAL = of("login", IN, 404, 404, 404, 404)
OWN_OF_DEALER: Scopes = {"dealer": PORTAL, "other_dealer": NOBODY, "absent": NOBODY}
ORDERS = of("login", 403, IN, 403, IN, IN)  # whoever deals with orders; content doesn't
_ABSENT = of("login", 403, 404, 403, 404, 404)
OF_DEALERS: Scopes = {"dealer": ORDERS, "other_dealer": ORDERS, "absent": _ABSENT}

# --- the portal ------------------------------------------------------------------------------------------------------
for _page in ("home/", "orders/", "deliveries/", "finances/", "reports/"):
    web(f"portal/{_page}", "GET", PORTAL)
for _page in ("orders/download/<slug:kind>/", "finances/download/<slug:kind>/"):
    web(f"portal/{_page}", "GET", PORTAL, kind="csv")
web("portal/finances/balance/", "GET", PORTAL)
web("portal/finances/balance/<slug:kind>/", "GET", PORTAL, kind="csv")
web("portal/finances/entries/<int:entry_id>/dispute/", "GET POST", OWN_OF_DEALER)
web("portal/visits/<str:key>/", "POST", PORTAL, key="portal.home")
_ORDER = "portal/orders/<int:order_id>/"
web(_ORDER, "GET", OWN_OF_DEALER)
_NO_PICTURE: Scopes = {"dealer": NOBODY, "other_dealer": NOBODY}
web(f"{_ORDER}tape/", "GET", OWN_OF_DEALER)
web(f"{_ORDER}tape/download/<slug:kind>/", "GET", OWN_OF_DEALER, kind="csv")
web(f"{_ORDER}photos/<int:photo_id>/", "GET", _NO_PICTURE, photo_id="pk")
_SHIPMENT = "portal/deliveries/<int:shipment_id>/"
web(_SHIPMENT, "GET", OWN_OF_DEALER)
web(f"{_SHIPMENT}stops/<int:stop_id>/proof/", "GET", _NO_PICTURE)

# --- the day of a delivery; links for the fitter are open to whoever has them -----------------------------------------
web("portal/deliveries/days/", "GET", PORTAL)
web(f"{_SHIPMENT}acts/", "POST", OWN_OF_DEALER)
web(f"{_SHIPMENT}links/", "GET POST", OWN_OF_DEALER)
_LINK: Scopes = {"dealer link": PORTAL, "other_dealer link": NOBODY, "absent": NOBODY}
web(f"{_SHIPMENT}links/<int:link_id>/end/", "POST", _LINK)
_SEEN: Scopes = {"dealer link": PORTAL, "other_dealer link": NOBODY, "strange picture": NOBODY}
for _size in ("", "small/"):
    web(f"{_SHIPMENT}pictures/<uuid:key>/{_size}", "GET", _SEEN)
_GONE = of(404, 404, 404, 404, 404, 404)
_PUBLIC: Scopes = {"dealer link": OPEN, "dead link": _GONE, "unknown link": _GONE}
_PUBLIC_PICTURE: Scopes = {**_PUBLIC, "strange picture": _GONE}
web("d/<str:token>/", "GET", _PUBLIC)
web("d/<str:token>/acts/", "POST", _PUBLIC)
for _size in ("", "small/"):
    web(f"d/<str:token>/pictures/<uuid:key>/{_size}", "GET", _PUBLIC_PICTURE)

# --- staff -----------------------------------------------------------------------------------------------------------
for _page in ("orders/", "promises/", "dealers/", "dealers/pick/", "shipments/", "settlements/"):
    web(f"crm/{_page}", "GET", ORDERS)
for _page in ("orders/<int:order_id>/", "dealers/<int:dealer_id>/", "shipments/<int:shipment_id>/"):
    web(f"crm/{_page}", "GET", OF_DEALERS)
web("crm/settlements/<int:dealer_id>/", "GET", OF_DEALERS)
web("crm/settlements/<int:dealer_id>/balance/", "GET", OF_DEALERS)
web("crm/settlements/<int:dealer_id>/balance/<slug:kind>/", "GET", OF_DEALERS, kind="csv")
web("crm/orders/<int:order_id>/tape/", "GET", OF_DEALERS)
web("crm/orders/<int:order_id>/tape/download/<slug:kind>/", "GET", OF_DEALERS, kind="csv")
web("crm/orders/<int:order_id>/photos/add/", "GET POST", OF_DEALERS)
_NO_PICTURE_OF_STAFF: Scopes = {"dealer": _ABSENT, "absent": _ABSENT}
web("crm/orders/<int:order_id>/photos/<int:photo_id>/", "GET", _NO_PICTURE_OF_STAFF, photo_id="pk")
web("crm/shipments/<int:shipment_id>/stops/<int:stop_id>/proof/", "GET", _NO_PICTURE_OF_STAFF)
_UNLOADED: Scopes = {"dealer link": ORDERS, "other_dealer link": ORDERS, "absent picture": _ABSENT}
for _size in ("", "small/"):
    web(f"crm/shipments/<int:shipment_id>/pictures/<uuid:key>/{_size}", "GET", _UNLOADED)
web("crm/dealers/<int:dealer_id>/view-as/", "POST", OF_DEALERS)
web("crm/as-of/", "GET", of("login", IN, IN, 403, IN, IN, guest=403))
web("crm/kept-pages/", "GET", ADMIN)
web("crm/dealers/leave/", "POST", ORDERS)

# --- papers ----------------------------------------------------------------------------------------------------------
_PAPER: Scopes = {"dealer": PORTAL, "other_dealer": NOBODY, "absent": NOBODY}
web(f"{_ORDER}papers/<slug:key>/", "POST", _PAPER, key="order_confirmation")
web(f"{_SHIPMENT}note/", "POST", _PAPER)
web("portal/finances/statement/", "POST", PORTAL)
_MADE: Scopes = {"dealer paper": PORTAL, "other_dealer paper": NOBODY, "absent": NOBODY}
web("portal/papers/<int:operation_id>/", "GET", _MADE)
web("portal/papers/<int:operation_id>/paper.pdf", "GET", _MADE)
web("crm/orders/<int:order_id>/papers/<slug:key>/", "POST", OF_DEALERS, key="order_confirmation")
web("crm/shipments/<int:shipment_id>/note/", "POST", OF_DEALERS)
web("crm/settlements/<int:dealer_id>/statement/", "POST", OF_DEALERS)

# --- programs: the token of the reader lacks their scopes -----------------------------------------------------------
for _list in ("orders", "dealers", "ledger", "claims", "shipments"):
    program(_list, "GET", PROGRAMS_WRITE)
_ORDER_READ = to_programs(*OUTSIDE, 403, IN, 404, IN, IN)
_NO_ORDER = to_programs(*OUTSIDE, 403, 404, 404, 404, 404)
program("orders/<order_id>", "GET", {"dealer": _ORDER_READ, "other_dealer": _ORDER_READ, "absent": _NO_ORDER})

# --- live events: a firm's people hear of their own one, staff with orders of those whose contact they see ---
_HEARD = {
    "dealer:{dealer_id}": of(403, IN, IN, 403, IN, IN, guest=403),
    "dealer:{other_dealer_id}": of(403, 403, IN, 403, IN, IN),
}
add("live", "live/", "GET", _HEARD)
