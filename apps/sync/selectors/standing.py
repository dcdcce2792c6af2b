"""How sources stand: counted in one statement, so that the figures always add up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

# One statement is one moment: what waits and what was applied are told apart without a gap.
_STANDING = """
SELECT s.code, s.state, s.read + w.records, s.applied, s.unchanged, s.stale, s.rejected, w.records + p.count,
    w.oldest, s.as_of, s.id, last.received_at, p.oldest
FROM sync_source s
CROSS JOIN LATERAL (
    SELECT coalesce(sum(b.records), 0)::bigint AS records, min(b.received_at) AS oldest
    FROM sync_batch b WHERE b.source_id = s.id AND b.state = 'waiting'
) w
CROSS JOIN LATERAL (
    SELECT count(*) AS count, min(p.received_at) AS oldest FROM crm_waiting p WHERE p.source = s.code
) p
LEFT JOIN LATERAL (
    SELECT b.received_at FROM sync_batch b WHERE b.source_id = s.id ORDER BY b.received_at DESC LIMIT 1
) last ON true
WHERE %s OR s.id = %s ORDER BY s.code
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """`read` == applied + unchanged + stale + rejected + waiting. `lag` is the age of the oldest batch not applied."""

    code: str
    state: str
    read: int
    applied: int
    unchanged: int
    stale: int
    rejected: int
    waiting: int  # records of batches not applied yet, and those that wait for what they belong to
    lag: float  # seconds; 0 where no batch waits
    as_of: datetime | None
    source_id: int
    last_batch_at: datetime | None
    parked_since: datetime | None  # since when the oldest record waits for what it belongs to

    def as_json(self) -> dict[str, Any]:
        names = ("code", "state", "read", "applied", "unchanged", "stale", "rejected", "waiting")
        as_of = self.as_of.isoformat() if self.as_of else None
        return {**{name: getattr(self, name) for name in names}, "lag_s": round(self.lag, 3), "as_of": as_of}


_COLUMNS = (
    *("code", "state", "read", "applied", "unchanged", "stale", "rejected", "waiting"),
    *("oldest", "as_of", "source_id", "last_batch_at", "parked_since"),
)


def standings(*, now: datetime) -> list[Standing]:
    """Of all sources, by code."""
    return _read(now, everyone=True, source_id=0)


def standing_of(source_id: int, *, now: datetime) -> Standing:
    return _read(now, everyone=False, source_id=source_id)[0]


def _read(now: datetime, *, everyone: bool, source_id: int) -> list[Standing]:
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [everyone, source_id])
        rows = cursor.fetchall()
    return [_standing(row, now) for row in rows]


def _standing(row: tuple[Any, ...], now: datetime) -> Standing:
    values = dict(zip(_COLUMNS, row, strict=True))
    oldest = values.pop("oldest")
    return Standing(lag=max(0.0, (now - oldest).total_seconds()) if oldest else 0.0, **values)
