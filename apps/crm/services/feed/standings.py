"""The hot rows: read under lock, folded, written as a set."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from apps.core.batch import array_of, texts_of
from apps.crm.services.feed.folding import DATED, Standing, fold
from apps.crm.services.feed.history import Name
from apps.crm.services.feed.staging import from_json, run, stage

_READ = """
SELECT s.order_id, s.stage, s.status, s.is_on_hold, s.is_cancelled, s.quantity, s.made, s.shipped, s.stage_version,
    o.approved_at IS NOT NULL, o.number, d.entity_id
FROM crm_orderstate s JOIN crm_order o ON o.id = s.order_id JOIN crm_dealer d ON d.id = s.dealer_id
WHERE s.order_id = ANY(%s::bigint[]) ORDER BY s.order_id FOR NO KEY UPDATE OF s
"""
# Orders and how they stand in one look.
_READ_BY_KEY = """
SELECT k, o.dealer_id, o.id, s.stage, s.status, s.is_on_hold, s.is_cancelled, s.quantity, s.made, s.shipped,
    s.stage_version, o.approved_at IS NOT NULL, o.number, d.entity_id
FROM unnest(%s::text[]) k JOIN crm_order o ON o.plant_id = %s AND o.plant_key = k
JOIN crm_orderstate s ON s.order_id = o.id JOIN crm_dealer d ON d.id = o.dealer_id
ORDER BY o.id FOR NO KEY UPDATE OF s
"""
_EVENTS = """
SELECT order_id, what, version, happened_at FROM crm_orderevent
WHERE order_id = ANY(%s) AND kind = 'stage' ORDER BY order_id, version
"""
# A stage that is reached has its date, those beyond have none any more.
_WRITE = """
UPDATE crm_orderstate t SET stage = s.stage, status = s.status, is_on_hold = s.is_on_hold,
    is_cancelled = s.is_cancelled, quantity = s.quantity, made = s.made, shipped = s.shipped,
    stage_as_of = coalesce(s.as_of, t.stage_as_of), stage_version = s.version, changed_at = %s,
    accepted_at = {accepted}, production_at = {production}, made_at = {made}, shipped_at = {shipped},
    delivered_at = {delivered}
FROM feed_state s WHERE t.order_id = s.order_id AND t.stage_version <= s.version
""".format(
    **{
        stage.name.lower(): (
            f"CASE WHEN s.stage < {stage:d} THEN NULL WHEN s.reaches AND s.stage = {stage:d}"
            f" THEN coalesce(t.{stage.name.lower()}_at, s.as_of) ELSE t.{stage.name.lower()}_at END"
        )
        for stage in DATED
    }
)
_DATES = """
UPDATE crm_orderstate t SET accepted_at = s.accepted_at, production_at = s.production_at, made_at = s.made_at,
    shipped_at = s.shipped_at, delivered_at = s.delivered_at
FROM feed_dates s WHERE t.order_id = s.order_id
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
    """How these orders stand, without dates; until the transaction ends nobody else changes it."""
    return {row[0]: Standing(*row) for row in run(_READ, [array_of(sorted(order_ids))])}


def locked_by_key(plant_id: int, keys: Collection[str]) -> dict[str, tuple[int, Standing]]:
    """The same by the plant's keys, each with its dealer."""
    rows = run(_READ_BY_KEY, [texts_of(keys), plant_id])
    return {key: (dealer_id, Standing(*row)) for key, dealer_id, *row in rows}


def names(standings: Iterable[Standing]) -> dict[int, Name]:
    """Of orders as they were read under lock."""
    return {one.order_id: Name(one.number, one.entity_id) for one in standings}


def refolded(order_ids: Collection[int]) -> dict[int, Standing]:
    """The same from the history alone, with dates, for orders of which much came at once, or something late.

    Without pieces of constructions.
    """
    told: dict[int, list[tuple[Any, int, datetime]]] = {order_id: [] for order_id in order_ids}
    for order_id, what, version, at in run(_EVENTS, [list(order_ids)]):
        told[order_id].append((from_json(what), version, at))
    return {order_id: fold(order_id, events) for order_id, events in told.items()}


def pieces(order_ids: Collection[int]) -> dict[int, tuple[int, int, int]]:
    """Pieces in all, made and shipped, of orders that have constructions."""
    return {order_id: (all_, made, shipped) for order_id, all_, made, shipped in run(_PIECES, [list(order_ids)])}


def write(standings: Collection[Standing], *, whole: Collection[Standing] = (), now: datetime) -> None:
    """Derive what is shown and write the rows; `whole` are those of them that were folded from the beginning."""
    stage("feed_state", map(_row, standings))
    run(_WRITE, [now])
    if whole:
        stage("feed_dates", [(one.order_id, *map(one.dates.get, DATED)) for one in whole])
        run(_DATES)
    if approvals := [(one.order_id, one.approved_at) for one in standings if one.approved_at is not None]:
        run(_APPROVE, [list(column) for column in zip(*approvals, strict=True)])


def touch(order_ids: Collection[int], *, now: datetime) -> None:
    """Something else of these orders changed."""
    if order_ids:
        run(_TOUCH, [now, sorted(order_ids)])


def _row(standing: Standing) -> tuple[Any, ...]:
    standing.derive()
    return (
        *(standing.order_id, int(standing.stage), int(standing.status), standing.is_on_hold, standing.is_cancelled),
        *(standing.quantity, standing.made, standing.shipped, standing.version, standing.as_of, standing.reaches),
    )
