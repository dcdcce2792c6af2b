"""Stages and overlays of orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from apps.crm.feed.records import OrderStatusRecord
from apps.crm.services.feed import history, standings
from apps.crm.services.feed.events import Event, tell
from apps.crm.services.feed.folding import STAGES, Standing, is_told
from apps.crm.services.feed.outcome import Happening
from apps.crm.services.feed.parents import OrderRef
from apps.crm.services.feed.run import Item, Run
from apps.crm.services.feed.staging import from_json, run

_OTHERS = ("on_hold", "cancelled", "made", "shipped", "quantity")
_NOTHING = (None,) * len(_OTHERS)
_NEWER = """
SELECT k.record, k.version, e.what FROM unnest(%s::text[], %s::bigint[]) AS k (record, version)
JOIN crm_orderevent e ON e.source = %s AND e.record = k.record AND e.version > k.version
"""
_NOT_STALE = """
UPDATE crm_orderevent e SET is_stale = false FROM unnest(%s::text[], %s::bigint[]) AS k (record, version)
WHERE e.source = %s AND e.record = k.record AND e.version = k.version
"""


def apply(going: Run, items: Sequence[Item], orders: Mapping[str, OrderRef]) -> None:
    """Let the orders, which are all there, hear what was said of their stages."""
    events = [_event(item, orders[item.record.key]) for item in sorted(items, key=lambda item: item.version)]
    fresh = tell(going, events, are_newest=all(_is_newer(event.item, orders) for event in events))
    if not fresh:
        return
    _look_again(going, [event for event in fresh if event.is_stale])
    by_order: dict[int, list[Event]] = {}
    for event in fresh:
        by_order.setdefault(event.order_id, []).append(event)
    found = [orders[events[0].item.record.key] for events in by_order.values()]
    standing = {order.id: order.standing for order in found if order.standing is not None}
    after = standing if len(standing) == len(by_order) else standings.locked(by_order)
    names = standings.names(after.values())
    # A single new one is heard on top of what is there; else the history is read from the beginning.
    again = {pk for pk, events in by_order.items() if len(events) > 1 or events[0].is_stale}
    if again:
        after |= standings.refolded(again)
    _hear(after, by_order, again)
    standings.write(after.values(), whole=[after[order_id] for order_id in again], now=going.now)
    _let_know(going, by_order, after, again, names)


def what(record: OrderStatusRecord) -> dict[str, Any]:
    """What the record tells, without what it leaves as it is."""
    told: dict[str, Any] = {} if record.stage is None else {"stage": int(STAGES[record.stage])}
    others = (record.on_hold, record.cancelled, record.made, record.shipped, record.quantity)
    if others != _NOTHING:
        told.update((name, value) for name, value in zip(_OTHERS, others, strict=True) if value is not None)
    return told


def _is_newer(item: Item, orders: Mapping[str, OrderRef]) -> bool:
    """Whether nothing as new was ever told of its order's stage."""
    standing = orders[item.record.key].standing
    return standing is not None and standing.version < item.version


def _event(item: Item, order: OrderRef) -> Event:
    return Event(item, item.name, order.id, order.dealer_id, "stage", what(item.record))


def _hear(after: dict[int, Standing], by_order: dict[int, list[Event]], again: set[int]) -> None:
    counted = again | {pk for pk, events in by_order.items() if any(_has_counts(event.what) for event in events)}
    pieces = standings.pieces(counted) if counted else {}
    for order_id, events in by_order.items():
        standing = after[order_id]
        if order_id not in again:
            for event in events:
                record = event.item.record
                standing.hear(event.what, record.version, record.happened_at, counts=order_id not in pieces)
        if order_id in pieces:
            standing.quantity, standing.made, standing.shipped = pieces[order_id]


def _has_counts(told: dict[str, Any]) -> bool:
    return "made" in told or "shipped" in told or "quantity" in told


def _let_know(
    going: Run,
    by_order: dict[int, list[Event]],
    after: dict[int, Standing],
    again: set[int],
    names: dict[int, history.Name],
) -> None:
    dealers = {order_id: events[0].dealer_id for order_id, events in by_order.items()}
    history.write(
        going,
        [
            Happening(order_id, dealers[order_id], kind, at)
            for order_id in by_order
            if order_id not in again
            for kind, at in after[order_id].happened
        ],
        names,
    )
    late = {pk: [Happening(pk, dealers[pk], *one) for one in after[pk].happened] for pk in again}
    history.put_right(going, late, names)
    for order_id, dealer_id in dealers.items():
        if after[order_id].is_approved:
            going.show(dealer_id, order_id, after[order_id].status)


def _look_again(going: Run, stale: list[Event]) -> None:
    """What came late and says something that no newer one told has counted after all."""
    if not stale:
        return
    keys = [[event.record for event in stale], [event.item.version for event in stale], going.source]
    newer: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for record, version, told in run(_NEWER, keys):
        newer.setdefault((record, version), []).append(from_json(told))
    counted = [event for event in stale if not is_told(event.what, newer.get((event.record, event.item.version), []))]
    if counted:
        run(_NOT_STALE, [[one.record for one in counted], [one.item.version for one in counted], going.source])
        going.stale(-len(counted))
        going.applied(len(counted))
