"""The rows of voyages: the shipment itself, its stops (which keep their proof of delivery) and what is on board."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from apps.core.batch import insert_rows
from apps.crm.models import Shipment, ShipmentItem, ShipmentStop
from apps.crm.services.feed.parents import ConstructionRef, OrderRef
from apps.crm.services.feed.run import Item, Run
from apps.crm.services.outlooks import FORESEEN, foresee, keep_proofs, keep_signed, signatures_of

_OWN = ("number", "state", "planned_on", "departed_at", "truck", "driver_name", "driver_phone", "version")
_STOP = ("city", "address", "window_from", "window_to", "done_at", "signed_by")


def replace(
    going: Run,
    items: Sequence[Item],
    dealers: Mapping[str, int],
    orders: Mapping[str, OrderRef],
    constructions: Mapping[str, ConstructionRef],
) -> set[int]:
    """Let the shipments be what these records say, all newer than what is there; returns orders that were on board."""
    if not items:
        return set()
    saved = Shipment.objects.bulk_create(
        [_shipment(going, item, dealers) for item in sorted(items, key=lambda item: item.record.key)],
        update_conflicts=True,
        unique_fields=["plant", "plant_key"],
        update_fields=[*_OWN, "route", "dealer_ids", "digest", "as_of", "changed_at"],
    )
    ids = {shipment.plant_key: shipment.pk for shipment in saved}
    going.outcome.shipments.update(ids.values())
    stops = _stops(items, ids, dealers)
    before = set(ShipmentItem.objects.filter(shipment__in=ids.values()).values_list("order_id", flat=True))
    ShipmentItem.objects.filter(shipment__in=ids.values()).delete()
    _drop_stops(ids.values(), stops)
    insert_rows(
        [
            _load(item, ids[item.record.key], load, stops, orders, constructions)
            for item in items
            for load in item.record.items
        ]
    )
    return before


def _shipment(going: Run, item: Item, dealers: Mapping[str, int]) -> Shipment:
    record = item.record
    route = [
        {"position": stop.position, "city": stop.city, "geo": list(stop.geo) if stop.geo else None}
        for stop in sorted(record.stops, key=lambda stop: stop.position)
    ]
    return Shipment(
        plant=going.plant,
        plant_key=record.key,
        route=route,
        dealer_ids=sorted({dealers[stop.dealer] for stop in record.stops}),
        digest=item.digest,
        as_of=record.happened_at,
        changed_at=going.now,
        **{name: getattr(record, name) for name in _OWN},
    )


def _stops(
    items: Sequence[Item], ids: Mapping[str, int], dealers: Mapping[str, int]
) -> dict[tuple[int, int], ShipmentStop]:
    """By shipment and position."""
    rows = {}
    for item in items:
        for stop in item.record.stops:
            place = ids[item.record.key], stop.position
            values = {name: getattr(stop, name) for name in _STOP} | {"dealer_id": dealers[stop.dealer]}
            rows[place] = ShipmentStop(shipment_id=place[0], position=place[1], **values)
    _take_proofs_of_others(rows)
    signed = signatures_of(set(ids.values()))
    foresee(rows.values(), signed)
    keep_signed(rows.values(), signed)
    saved = ShipmentStop.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["shipment", "position"],
        update_fields=["dealer", *_STOP, *FORESEEN],
    )
    keep_proofs(saved, signed)
    return {(stop.shipment_id, stop.position): stop for stop in saved}


def _take_proofs_of_others(rows: Mapping[tuple[int, int], ShipmentStop]) -> None:
    """A stop that is another dealer's now doesn't show what was photographed at the one before."""
    proved = ShipmentStop.objects.filter(
        shipment__in={shipment_id for shipment_id, _place in rows}, proof__isnull=False
    )
    foreign = [each.pk for each in proved if _is_anothers(rows.get((each.shipment_id, each.position)), each)]
    if foreign:
        ShipmentStop.objects.filter(pk__in=foreign).update(proof=None)


def _is_anothers(row: ShipmentStop | None, before: ShipmentStop) -> bool:
    return row is not None and row.dealer_id != before.dealer_id


def _drop_stops(shipment_ids: Any, kept: Mapping[tuple[int, int], ShipmentStop]) -> None:
    gone = ShipmentStop.objects.filter(shipment__in=shipment_ids).exclude(pk__in=[stop.pk for stop in kept.values()])
    gone.delete()


def _load(
    item: Item,
    shipment_id: int,
    load: Any,
    stops: Mapping[tuple[int, int], ShipmentStop],
    orders: Mapping[str, OrderRef],
    constructions: Mapping[str, ConstructionRef],
) -> ShipmentItem:
    order = orders[load.order]
    theirs = [
        stops[shipment_id, stop.position]
        for stop in sorted(item.record.stops, key=lambda stop: stop.position)
        if stops[shipment_id, stop.position].dealer_id == order.dealer_id
    ]
    return ShipmentItem(
        shipment_id=shipment_id,
        stop_id=theirs[0].pk if theirs else None,
        order_id=order.id,
        construction_id=constructions[load.construction].id if load.construction else None,
        dealer_id=order.dealer_id,
        quantity=load.quantity,
    )
