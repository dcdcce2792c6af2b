"""What orders, deliveries and finances add to the frame. See contributions.py."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import can_change_settings
from apps.core.contributions import MenuItem, Panel, SearchProvider, banners, homes, menu, panels, search, verbs
from apps.core.listing import Listing, ListingEntry, listings
from apps.crm import account_listing, contact_orders, dealer_listing, order_listing, shipment_listing
from apps.crm.doors import deals_with_money, deals_with_orders
from apps.crm.kept_pages import forget_dealers
from apps.crm.models.reach import portal_reader
from apps.crm.portal.doors import is_dealer, sees_money
from apps.crm.search_box import find_orders
from apps.crm.signals import orders_changed

if TYPE_CHECKING:
    from apps.accounts.models import User

VERBS = {
    "portal.viewed_as": _("Looked into the portal as a dealer"),
    "order.photos_added": _("Photos of an order added"),
    "portal.left": _("Stopped looking into the portal"),
    "delivery_link.made": _("Link to a delivery made"),
    "delivery_link.ended": _("Link to a delivery ended"),
}
_MENU = [
    ("portal.home", MenuItem("main", _("Home"), "portal:home", "home", is_dealer, "/portal/home/")),
    ("portal.orders", MenuItem("main", _("Orders"), "portal:order_list", "package", is_dealer, "/portal/orders/")),
    (
        "portal.deliveries",
        MenuItem("main", _("Deliveries"), "portal:shipment_list", "truck-delivery", is_dealer, "/portal/deliveries/"),
    ),
    ("portal.finances", MenuItem("main", _("Finances"), "portal:finances", "coins", sees_money, "/portal/finances/")),
]
_STAFF_MENU = [
    (57, "crm.orders", "crm:order_list", _("Orders"), "package", deals_with_orders, "/crm/orders/"),
    (58, "crm.dealers", "crm:dealer_list", _("Dealers"), "building-store", deals_with_orders, "/crm/dealers/"),
    (61, "crm.settlements", "crm:settlement_list", _("Settlements"), "coins", deals_with_money, "/crm/settlements/"),
]


def register() -> None:
    """Called once, when the app is ready."""
    orders_changed.connect(_forget, dispatch_uid="crm.kept_pages")
    homes.register("portal", _home)
    banners.register("portal", _looking_in)
    for number, (key, item) in enumerate(_MENU):
        menu.register(key, item, position=5 + 10 * number)
    for position, key, route, title, icon, may_see, section in _STAFF_MENU:
        menu.register(key, MenuItem("main", title, route, icon, may_see, section), position=position)
    kept = MenuItem("settings", _("Kept pages"), "crm:kept_pages", "bolt", can_change_settings, "/crm/kept-pages/")
    menu.register("crm.kept_pages", kept, position=90)
    search.register("orders", SearchProvider(_("Orders"), find_orders), position=120)
    tab = Panel("contact", "tab", _("Orders"), contact_orders.orders_panel, "package", contact_orders.concerns)
    panels.register("orders", tab, position=40)
    listings.register(order_listing.PORTAL_KEY, ListingEntry(_portal_orders))
    listings.register(order_listing.STAFF_KEY, ListingEntry(_staff_orders))
    listings.register(shipment_listing.PORTAL_KEY, ListingEntry(_portal_shipments))
    listings.register(shipment_listing.STAFF_KEY, ListingEntry(_staff_shipments))
    listings.register(dealer_listing.KEY, ListingEntry(_dealers))
    listings.register(account_listing.KEY, ListingEntry(_accounts))
    for verb, title in VERBS.items():
        verbs.register(verb, title)


def _forget(sender: object, *, touched: Mapping[int, Collection[int]], **_facts: object) -> None:
    """What is kept of these dealers' pages is no longer so."""
    forget_dealers(touched.keys())


def _home(user: Any) -> str:
    return reverse("portal:home") if is_dealer(user) else ""


def _looking_in(request: HttpRequest) -> str:
    """Says to staff whose portal they look into, and how to leave it."""
    if not request.path.startswith("/portal/"):
        return ""
    reader = portal_reader(request.user)
    return render_to_string("portal/_looking_in.html", {}, request) if reader and not reader.user_id else ""


def _portal_orders(request: HttpRequest) -> Listing | None:
    return order_listing.portal_order_listing(cast("User", request.user)) if is_dealer(request.user) else None


def _staff_orders(request: HttpRequest) -> Listing | None:
    return order_listing.staff_order_listing(cast("User", request.user)) if deals_with_orders(request.user) else None


def _portal_shipments(request: HttpRequest) -> Listing | None:
    return (
        shipment_listing.shipment_listing(in_portal=True, user=cast("User", request.user))
        if is_dealer(request.user)
        else None
    )


def _staff_shipments(request: HttpRequest) -> Listing | None:
    return shipment_listing.shipment_listing(in_portal=False) if deals_with_orders(request.user) else None


def _dealers(request: HttpRequest) -> Listing | None:
    return dealer_listing.dealer_listing() if deals_with_orders(request.user) else None


def _accounts(request: HttpRequest) -> Listing | None:
    return account_listing.account_listing() if deals_with_money(request.user) else None
