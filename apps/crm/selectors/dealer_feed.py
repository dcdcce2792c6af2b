"""The rows of a dealer's feed as they stand now, by the rights of whoever reads; and the pages of a download."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from apps.crm.models import (
    Construction,
    DealerFeedMark,
    LedgerEntry,
    Order,
    OrderState,
    Plant,
    Shipment,
    ShipmentItem,
    ShipmentStop,
    Stage,
    Status,
)
from apps.crm.models.reach import portal_reader

if TYPE_CHECKING:
    from apps.accounts.models import User

Row = dict[str, Any]
Kind = DealerFeedMark.Kind

# What the columns of a file are called, and in which order; rows have the same.
COLUMNS: dict[str, tuple[str, ...]] = {
    Kind.ORDERS: (
        *("id", "revision", "gone", "plant", "key", "number", "reference", "client", "product", "comment"),
        *("received_at", "approved_at", "promised_on", "amount", "currency", "constructions"),
    ),
    Kind.STAGES: (
        *("id", "revision", "gone", "plant", "key", "number", "status", "accepted_at", "production_at", "made_at"),
        *("shipped_at", "delivered_at", "planned_on", "pieces", "pieces_made", "pieces_shipped", "as_of"),
        "constructions",
    ),
    Kind.SHIPMENTS: (
        *("id", "revision", "gone", "plant", "key", "number", "state", "planned_on", "departed_at", "truck"),
        *("driver_name", "driver_phone", "stops", "items"),
    ),
    Kind.LEDGER: (
        *("id", "revision", "gone", "plant", "currency", "kind", "amount", "booked_on", "text", "client"),
        *("order_key", "claim", "reverses"),
    ),
}


@dataclass(frozen=True, slots=True)
class FeedPage:
    """`cursor` is the revision to go on from; `has_more` says whether there is more right now."""

    rows: list[Row]
    cursor: int
    has_more: bool


def page(kind: str, *, user: User, after: int, limit: int) -> FeedPage:
    """The next rows after a revision, in the order of revisions, as they stand now.

    What the reader doesn't see any more, or never did, is told as gone. What changes while it is read comes again
    under a higher revision.
    """
    marks = DealerFeedMark.objects.visible_to(user).filter(kind=kind).after(after)
    found = list(marks.order_by("revision").values_list("object_id", "revision")[: limit + 1])
    now = rows_of(kind, [pk for pk, _revision in found[:limit]], user=user)
    rows = [numbered(kind, pk, revision, now.get(pk)) for pk, revision in found[:limit]]
    return FeedPage(rows, found[:limit][-1][1] if rows else after, len(found) > limit)


def revision_before(kind: str, moment: datetime, *, user: User) -> int:
    """The revision to go on from for all that was numbered at `moment` or later."""
    marks = DealerFeedMark.objects.visible_to(user).filter(kind=kind, marked_at__gte=moment)
    first = marks.order_by("revision").values_list("revision", flat=True).first()
    if first is not None:
        return int(first) - 1
    last = DealerFeedMark.objects.visible_to(user).filter(kind=kind).order_by("-revision")
    return int(last.values_list("revision", flat=True).first() or 0)


def numbered(kind: str, pk: int, revision: int, row: Row | None) -> Row:
    """The columns of `kind` in their order; all but three are empty where the record is gone."""
    values = {"id": pk, "revision": revision, "gone": row is None} | (row or {})
    return {name: values.get(name) for name in COLUMNS[kind]} if row is not None else values


def rows_of(kind: str, ids: Collection[int], *, user: User) -> dict[int, Row]:
    """By id, without their revisions, those of these records that `user`, of a dealer, sees."""
    return _READERS[kind](list(ids), user) if ids else {}


def ids_of(kind: str, *, user: User) -> list[int]:
    """All records of the kind that `user` sees, the oldest first."""
    model: Any = {Kind.SHIPMENTS: Shipment, Kind.LEDGER: LedgerEntry}.get(Kind(kind), Order)
    return list(model.objects.visible_to(user).order_by("pk").values_list("pk", flat=True))


def _orders(ids: Sequence[int], user: User) -> dict[int, Row]:
    money = _sees_money(user)
    found = Order.objects.visible_to(user).filter(pk__in=ids).select_related("state", *(("money",) if money else ()))
    keys = _plants()
    parts: dict[int, list[Row]] = defaultdict(list)
    pieces = Construction.objects.visible_to(user).filter(order__in=ids).order_by("order", "position", "pk")
    for each in pieces.select_related("price") if money else pieces:
        parts[each.order_id].append(_construction(each, getattr(each, "price", None) if money else None))
    same = ("number", "reference", "client", "product", "comment", "received_at", "approved_at")
    rows = {}
    for order in found:
        cost = getattr(order, "money", None) if money else None
        state = getattr(order, "state", None)
        rows[order.pk] = {name: getattr(order, name) for name in same} | {
            "plant": keys[order.plant_id],
            "key": order.plant_key,
            "promised_on": state.promised_on if state else None,
            "amount": cost.amount if cost else None,
            "currency": cost.currency if cost else "",
            "constructions": parts[order.pk],
        }
    return rows


def _construction(each: Construction, price: Any) -> Row:
    same = ("position", "kind", "title", "width", "height", "colour", "glass", "hardware", "quantity")
    return (
        {"key": each.plant_key}
        | {name: getattr(each, name) for name in same}
        | {"amount": price.amount if price else None}
    )


def _stages(ids: Sequence[int], user: User) -> dict[int, Row]:
    keys = _plants()
    parts: dict[int, list[Row]] = defaultdict(list)
    for each in Construction.objects.visible_to(user).filter(order__in=ids).order_by("order", "position", "pk"):
        parts[each.order_id].append(
            {"key": each.plant_key, "stage": Stage(each.stage).name.lower(), "made": each.made, "shipped": each.shipped}
        )
    same = ("accepted_at", "production_at", "made_at", "shipped_at", "delivered_at", "planned_on")
    seen = Order.objects.visible_to(user).filter(pk__in=ids)
    rows = {}
    for state in OrderState.objects.filter(order__in=seen).select_related("order"):
        rows[state.pk] = {name: getattr(state, name) for name in same} | {
            "plant": keys[state.plant_id],
            "key": state.order.plant_key,
            "number": state.order.number,
            "status": Status(state.status).name.lower() if state.stage_version else None,
            "pieces": state.quantity,
            "pieces_made": state.made,
            "pieces_shipped": state.shipped,
            "as_of": state.stage_as_of,
            "constructions": parts[state.pk],
        }
    return rows


def _shipments(ids: Sequence[int], user: User) -> dict[int, Row]:
    """With the reader's own stops and goods."""
    keys = _plants()
    stops: dict[int, list[Row]] = defaultdict(list)
    items: dict[int, list[Row]] = defaultdict(list)
    of_stop = ("position", "city", "address", "window_from", "window_to", "done_at", "signed_by")
    own = ShipmentStop.objects.visible_to(user).filter(shipment__in=ids)
    for stop in own.order_by("shipment", "position"):
        stops[stop.shipment_id].append({name: getattr(stop, name) for name in of_stop})
    loads = ShipmentItem.objects.visible_to(user).filter(shipment__in=ids).select_related("order", "construction")
    for item in loads.order_by("shipment", "order", "construction", "quantity"):
        part = item.construction.plant_key if item.construction else None
        items[item.shipment_id].append(
            {"order_key": item.order.plant_key, "construction": part, "quantity": item.quantity}
        )
    same = ("number", "state", "planned_on", "departed_at", "truck", "driver_name", "driver_phone")
    return {
        each.pk: {name: getattr(each, name) for name in same}
        | {"plant": keys[each.plant_id], "key": each.plant_key, "stops": stops[each.pk], "items": items[each.pk]}
        for each in Shipment.objects.visible_to(user).filter(pk__in=ids)
    }


def _entries(ids: Sequence[int], user: User) -> dict[int, Row]:
    keys = _plants()
    same = ("currency", "kind", "amount", "booked_on", "text", "client", "order_key")
    return {
        each.pk: {name: getattr(each, name) for name in same}
        | {"plant": keys[each.plant_id], "claim": each.claim_number, "reverses": each.reverses_id}
        for each in LedgerEntry.objects.visible_to(user).filter(pk__in=ids)
    }


_READERS: dict[str, Callable[[Sequence[int], User], dict[int, Row]]] = {
    Kind.ORDERS: _orders,
    Kind.STAGES: _stages,
    Kind.SHIPMENTS: _shipments,
    Kind.LEDGER: _entries,
}


def _plants() -> defaultdict[int, str]:
    """A plant that isn't the dealer's any more has no name for them."""
    return defaultdict(str, Plant.objects.values_list("pk", "key"))


def _sees_money(user: User) -> bool:
    reader = portal_reader(user)
    return reader is not None and reader.sees_money
