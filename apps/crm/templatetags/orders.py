"""Figures of orders, deliveries and accounts in templates: `{% load orders %}`."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.http import HttpRequest
from django.template.context import Context
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.accounts.preferences import current_preferences
from apps.contacts.phones import dial_address, show_number
from apps.core.contributions import panels
from apps.core.markup import call_button, joined
from apps.crm.drawing import figures
from apps.crm.drawing.events import event_words
from apps.crm.drawing.routes import draw_route
from apps.crm.drawing.schemes import draw_scheme
from apps.crm.models import Construction, Order, Shipment
from apps.crm.selectors.shipment_pages import ShipmentPage
from apps.crm.shipment_listing import state_badge

register = template.Library()

register.filter("status_badge", figures.status_badge)
register.filter("stage_badge", figures.stage_badge)
register.filter("event_words", event_words)
register.filter("shipment_state", state_badge)


@register.simple_tag
def money(amount: Decimal | str | None, currency: str = "") -> SafeString:
    """Of what isn't there a template gives ""."""
    return figures.money(None if isinstance(amount, str) else amount, currency)


@register.simple_tag
def awaited() -> SafeString:
    return figures.awaited()


@register.filter
def scheme(construction: Construction) -> SafeString:
    """The drawing of a construction; "" where its source sends none."""
    return draw_scheme(
        construction.scheme, label=_("Drawing of position %(number)s") % {"number": construction.position}
    )


@register.simple_tag
def route(page: ShipmentPage) -> SafeString:
    """The way of a truck, with the stops of the page's reader marked."""
    plant = page.shipment.plant
    return draw_route(page.shipment.route, own=page.own, plant=plant.name, start=plant.geo)


@register.simple_tag
def driver_call(shipment: Shipment) -> SafeString:
    preferences = current_preferences()
    name = shipment.driver_name or _("the driver")
    number = show_number(shipment.driver_phone, preferences)
    return call_button(href=dial_address(shipment.driver_phone, preferences), number=number, name=name)


@register.simple_tag(takes_context=True)
def order_panels(context: Context, order: Order, slot: str) -> SafeString:
    """What other parts add to an order's page: "action" are buttons, "card" are panels below."""
    request: HttpRequest = context["request"]
    added = (panel for panel in panels if panel.page == "order" and panel.slot == slot)
    return joined("", (panel.render(request, order) for panel in added))


@register.simple_tag(takes_context=True)
def home_panels(context: Context) -> SafeString:
    """What other parts add to the portal's Home."""
    request: HttpRequest = context["request"]
    added = (panel for panel in panels if panel.page == "portal" and panel.slot == "card")
    return joined("", (panel.render(request, None) for panel in added))
