"""The day for which an order's delivery is planned now: its truck's, else the one that was told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from django.conf import settings

from apps.crm.services.feed.events import Event, tell
from apps.crm.services.feed.outcome import Move
from apps.crm.services.feed.parents import OrderRef
from apps.crm.services.feed.run import Item, Run
from apps.crm.services.feed.staging import run

_PLAN = """
WITH k AS (
    SELECT order_id AS id, planned_on AS was FROM crm_orderstate WHERE order_id = ANY(%(ids)s)
    ORDER BY order_id FOR NO KEY UPDATE
), told AS (
    SELECT DISTINCT ON (e.order_id) e.order_id, e.version, e.happened_at, (e.what ->> 'planned_on')::date AS day
    FROM crm_orderevent e WHERE e.order_id = ANY(%(ids)s) AND e.kind = 'delivery'
    ORDER BY e.order_id, e.version DESC
), carried AS (
    SELECT i.order_id, max(s.as_of) AS as_of,
        max(coalesce((t.window_from AT TIME ZONE %(zone)s)::date, s.planned_on)) AS day
    FROM crm_shipmentitem i JOIN crm_shipment s ON s.id = i.shipment_id
    LEFT JOIN crm_shipmentstop t ON t.id = i.stop_id
    WHERE i.order_id = ANY(%(ids)s) AND s.state <> 'cancelled' GROUP BY i.order_id
), planned AS (
    UPDATE crm_orderstate o SET planned_on = coalesce(carried.day, told.day),
        delivery_version = coalesce(told.version, 0), delivery_as_of = greatest(told.happened_at, carried.as_of),
        changed_at = %(now)s
    FROM k LEFT JOIN told ON told.order_id = k.id LEFT JOIN carried ON carried.order_id = k.id
    WHERE o.order_id = k.id
    RETURNING o.order_id, o.dealer_id, k.was, o.planned_on AS becomes, o.delivery_as_of
)
SELECT * FROM planned WHERE was IS DISTINCT FROM becomes ORDER BY order_id
"""


def apply(going: Run, items: Sequence[Item], orders: Mapping[str, OrderRef]) -> None:
    """Days told for orders, which are all there."""
    events = [_event(item, orders[item.record.key]) for item in sorted(items, key=lambda item: item.version)]
    fresh = tell(going, events)
    plan(going, {event.order_id for event in fresh})
    for event in fresh:
        going.touch(event.dealer_id, [event.order_id])


def plan(going: Run, order_ids: Iterable[int]) -> None:
    """Work out the planned day of these orders from what trucks carry and what was told; their pages hear of it."""
    ids = sorted(order_ids)
    if not ids:
        return
    for row in run(_PLAN, {"ids": ids, "now": going.now, "zone": settings.RAPPORT_TIME_ZONE}):
        move = Move(*row)
        going.touch(move.dealer_id, [move.order_id])
        before = going.outcome.moves.get(move.order_id)
        going.outcome.moves[move.order_id] = move if before is None else replace(move, was=before.was)


def _event(item: Item, order: OrderRef) -> Event:
    day = item.record.planned_on
    told = {"planned_on": day.isoformat() if day else None}
    return Event(item, item.name, order.id, order.dealer_id, "delivery", told)
