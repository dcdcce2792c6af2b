"""All that a shipment's page shows of one voyage: for a dealer their own stops and goods, for staff all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apps.crm.models import Shipment, ShipmentItem, ShipmentStop

if TYPE_CHECKING:
    from apps.accounts.models import User


@dataclass(frozen=True, slots=True)
class Unloading:
    stop: ShipmentStop
    items: list[ShipmentItem]


@dataclass(frozen=True, slots=True)
class ShipmentPage:
    shipment: Shipment
    stops: list[Unloading]
    others: list[ShipmentItem]  # on board for this reader without a stop
    own: frozenset[int]  # positions of the stops shown
    before: int  # stops that come before the first of these


def shipment_page(shipment: Shipment, *, user: User) -> ShipmentPage:
    """`shipment` comes with its plant."""
    stops = list(
        ShipmentStop.objects.visible_to(user).filter(shipment=shipment).select_related("dealer").order_by("position")
    )
    items = list(
        ShipmentItem.objects.visible_to(user)
        .filter(shipment=shipment)
        .select_related("order", "construction")
        .order_by("order__number", "pk")
    )
    unloadings = [Unloading(stop, [item for item in items if item.stop_id == stop.pk]) for stop in stops]
    shown = {stop.pk for stop in stops}
    own = frozenset(stop.position for stop in stops)
    first = min(own, default=0)
    route = shipment.route if isinstance(shipment.route, list) else []
    positions = [each.get("position") for each in route if isinstance(each, dict)]
    before = sum(1 for position in positions if isinstance(position, int) and position < first)
    return ShipmentPage(shipment, unloadings, [item for item in items if item.stop_id not in shown], own, before)
