"""Voyages of trucks: stops and what is on board, replaced as a whole by a newer version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.crm.models import Shipment
from apps.crm.services.feed import shipment_rows
from apps.crm.services.feed.deliveries import plan
from apps.crm.services.feed.events import Event, tell
from apps.crm.services.feed.naming import construction_key, dealer_key, order_key
from apps.crm.services.feed.parents import (
    ConstructionRef,
    OrderRef,
    sure_constructions,
    sure_dealers,
    sure_orders,
)
from apps.crm.services.feed.run import Item, Run
from apps.crm.services.feed.waiting import wait


@dataclass(slots=True)
class Known:
    """Who and what the voyages name."""

    dealers: Mapping[str, int]
    orders: Mapping[str, OrderRef]
    constructions: Mapping[str, ConstructionRef]


def apply(going: Run, items: Sequence[Item]) -> None:
    """A voyage that names somebody or something that isn't there yet waits as a whole."""
    if not items:
        return
    known = _known(going, items)
    there, missing = [], []
    for item in sorted(items, key=lambda item: item.version):
        wanted = _missing(going, item.record, known)
        if wanted is None:
            there.append(item)
        else:
            missing.append((item, wanted))
    wait(going, missing)
    if there:
        _apply(going, there, known)


def _known(going: Run, items: Sequence[Item]) -> Known:
    records = [item.record for item in items]
    loads = [load for record in records for load in record.items]
    return Known(
        sure_dealers(going.source, {stop.dealer for record in records for stop in record.stops}),
        sure_orders(going.plant, {load.order for load in loads}),
        sure_constructions(going.plant, {load.construction for load in loads if load.construction}),
    )


def _missing(going: Run, record: Any, known: Known) -> str | None:
    """The first key it must wait for."""
    for stop in record.stops:
        if stop.dealer not in known.dealers:
            return dealer_key(going.source, stop.dealer)
    for load in record.items:
        if load.order not in known.orders:
            return order_key(going.plant, load.order)
        if load.construction and load.construction not in known.constructions:
            return construction_key(going.plant, load.construction)
    return None


def _apply(going: Run, items: Sequence[Item], known: Known) -> None:
    keys = {item.record.key for item in items}
    before = Shipment.objects.filter(plant=going.plant, plant_key__in=keys).order_by("pk").select_for_update()
    there = {shipment.plant_key: (shipment.version, shipment.digest) for shipment in before}
    current: dict[str, Item] = {}
    events: list[Event] = []
    for item in items:
        version, digest = there.get(item.record.key, (0, 0))
        if version == item.version:
            going.known(item, digest)
            continue
        if version < item.version:
            current[item.record.key] = item
        if told := _events(item, known):
            events += told
        else:  # with nothing on board it stands in no order's history
            going.stale(int(version > item.version))
            going.applied(int(version < item.version))
    left = shipment_rows.replace(going, list(current.values()), known.dealers, known.orders, known.constructions)
    fresh = tell(going, events)
    plan(going, left | {event.order_id for event in fresh})
    for event in fresh:
        going.touch(event.dealer_id, [event.order_id])


def _events(item: Item, known: Known) -> list[Event]:
    """One for each order on board."""
    record = item.record
    on_board = {known.orders[load.order].id: known.orders[load.order] for load in record.items}
    told = {"number": record.number, "state": record.state, "planned_on": record.planned_on.isoformat()}
    return [
        Event(item, f"{item.name}@{order.id}", order.id, order.dealer_id, "shipment", told)
        for order in on_board.values()
    ]
