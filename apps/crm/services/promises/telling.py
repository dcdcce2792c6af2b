"""One notice for one move: what the plan says and what the forecast says are told against the same day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from apps.crm.services.feed.staging import run

_CLAIM = """
INSERT INTO crm_promise AS p (order_id, dealer_id, plant_id, promised_on, reason, weekdays, stage, level, season, count,
    usual_from, usual_to, told_on, told_at, state_at, outcome, lost_days)
SELECT s.order_id, s.dealer_id, s.plant_id, s.promised_on, 'thin', 127, s.stage, 0, 0, 0, 0, 0, s.planned_on, %(now)s,
    '1970-01-01Z', '', 0
FROM crm_orderstate s WHERE s.order_id = ANY(%(ids)s) AND s.planned_on IS NOT NULL ORDER BY s.order_id
ON CONFLICT (order_id) DO UPDATE SET told_on = excluded.told_on, told_at = excluded.told_at, base_on = NULL
WHERE p.told_on IS DISTINCT FROM excluded.told_on
RETURNING order_id
"""


def claim_moves(order_ids: Collection[int], *, now: datetime) -> set[int]:
    """Of orders whose planned day has moved those whose dealer wasn't told that day already; from now on they were.

    Called in the transaction that moved them: whoever comes second finds the day told. The forecast's next value is
    what its own moves are counted from, since this one may have moved it.
    """
    return {pk for (pk,) in run(_CLAIM, {"ids": sorted(order_ids), "now": now})} if order_ids else set()
