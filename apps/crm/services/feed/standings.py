"""The hot rows: read under lock, folded, written as a set."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from apps.crm.services.feed.folding import DATED, Standing, fold
from apps.crm.services.feed.staging import from_json, run, stage

_READ = """
SELECT s.order_id, s.stage, s.status, s.is_on_hold, s.is_cancelled, s.accepted_at, s.production_at, s.made_at,
    s.shipped_at, s.delivered_at, s.quantity, s.made, s.shipped, s.stage_version, s.stage_as_of, o.approved_at
FROM crm_orderstate s JOIN crm_order o ON o.id = s.order_id
WHERE s.order_id = ANY(%s) ORDER BY s.order_id FOR NO KEY UPDATE OF s
"""
_EVENTS = """
SELECT order_id, what, version, happened_at FROM crm_orderevent
WHERE order_id = ANY(%s) AND kind = 'stage' ORDER BY order_id, version
"""
_WRITE = """
UPDATE crm_orderstate t SET stage = s.stage, status = s.status, is_on_hold = s.is_on_hold,
    is_cancelled = s.is_cancelled, accepted_at = s.accepted_at, production_at = s.production_at, made_at = s.made_at,
    shipped_at = s.shipped_at, delivered_at = s.delivered_at, quantity = s.quantity, made = s.made,
    shipped = s.shipped, stage_version = s.stage_version, stage_as_of = s.stage_as_of, changed_at = %s
FROM feed_state s WHERE t.order_id = s.order_id AND t.stage_version <= s.stage_version
"""
_TOUCH = """
UPDATE crm_orderstate t SET changed_at = %s
FROM (SELECT order_id FROM crm_orderstate WHERE order_id = ANY(%s) ORDER BY order_id FOR NO KEY UPDATE) s
WHERE t.order_id = s.order_id
"""
_APPROVE = """
UPDATE crm_order o SET approved_at = a.at FROM unnest(%s::bigint[], %s::timestamptz[]) AS a (id, at) WHERE o.id = a.id
"""
_PIECES = """
SELECT order_id, sum(quantity)::int, sum(made)::int, sum(shipped)::int FROM crm_construction
WHERE order_id = ANY(%s) GROUP BY order_id
"""


def locked(order_ids: Iterable[int]) -> dict[int, Standing]:
    """How these orders stand; until the transaction ends nobody else changes it."""
    return {row[0]: _standing(row) for row in run(_READ, [sorted(order_ids)])}


def _standing(row: tuple[Any, ...]) -> Standing:
    dates: dict[int, datetime] = {reached: at for reached, at in zip(DATED, row[5:10], strict=True) if at is not None}
    order_id, stage, status, held, cancelled = row[:5]
    quantity, made, shipped, version, as_of, approved = row[10:]
    standing = Standing(order_id, stage, status, held, cancelled, dates, quantity, made, shipped)
    standing.version, standing.as_of, standing.approved_at = version, as_of, approved
    return standing


def refolded(order_ids: Collection[int]) -> dict[int, Standing]:
    """The same from the history alone, for orders of which something came late. Without pieces of constructions."""
    told: dict[int, list[tuple[Any, int, datetime]]] = {order_id: [] for order_id in order_ids}
    for order_id, what, version, at in run(_EVENTS, [list(order_ids)]):
        told[order_id].append((from_json(what), version, at))
    return {order_id: fold(order_id, events) for order_id, events in told.items()}


def pieces(order_ids: Collection[int]) -> dict[int, tuple[int, int, int]]:
    """Pieces in all, made and shipped, of orders that have constructions."""
    return {order_id: (all_, made, shipped) for order_id, all_, made, shipped in run(_PIECES, [list(order_ids)])}


def write(standings: Iterable[Standing], *, approved: Iterable[Standing] = (), now: datetime) -> None:
    """Derive what is shown and write the rows; `approved` are those whose approval is another one now."""
    stage("feed_state", map(_row, standings))
    run(_WRITE, [now])
    if approvals := [(one.order_id, one.approved_at) for one in approved]:
        run(_APPROVE, [list(column) for column in zip(*approvals, strict=True)])


def touch(order_ids: Collection[int], *, now: datetime) -> None:
    """Something else of these orders changed."""
    if order_ids:
        run(_TOUCH, [now, sorted(order_ids)])


def _row(standing: Standing) -> tuple[Any, ...]:
    standing.derive()
    dates = [standing.dates.get(reached) for reached in DATED]
    return (
        *(standing.order_id, int(standing.stage), int(standing.status), standing.is_on_hold, standing.is_cancelled),
        *(*dates, standing.quantity, standing.made, standing.shipped, standing.version, standing.as_of),
    )
