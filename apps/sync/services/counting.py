"""The counters of sources, kept so that at any moment read = applied + unchanged + stale + rejected + waiting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, fields
from datetime import datetime

from django.db import connection

_ADD = """
UPDATE sync_source SET read = read + %s, applied = applied + %s, unchanged = unchanged + %s, stale = stale + %s,
    rejected = rejected + %s WHERE id = %s
"""
_ADD_MINUTE = """
INSERT INTO sync_sourceminute AS m (source_id, minute, read, applied, unchanged, stale, rejected, lag)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (source_id, minute) DO UPDATE SET read = m.read + EXCLUDED.read, applied = m.applied + EXCLUDED.applied,
    unchanged = m.unchanged + EXCLUDED.unchanged, stale = m.stale + EXCLUDED.stale,
    rejected = m.rejected + EXCLUDED.rejected, lag = greatest(m.lag, EXCLUDED.lag)
"""
_TAKE_MINUTE = """
UPDATE sync_sourceminute SET read = greatest(read - %s, 0), rejected = greatest(rejected - %s, 0)
WHERE source_id = %s AND minute = %s
"""


@dataclass(slots=True)
class Figures:
    """What records came to. `read` counts those of batches that were worked through."""

    read: int = 0
    applied: int = 0
    unchanged: int = 0
    stale: int = 0
    rejected: int = 0

    def add(self, other: Figures) -> None:
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


def count(by_source: Mapping[int, Figures], *, now: datetime, lag: float = 0.0) -> None:
    """Add to the counters of these sources, and to what they did this minute.

    Call it last in its transaction: rows of sources are locked from here on, in the order of their keys.
    """
    minute = _minute(now)
    with connection.cursor() as cursor:
        for source_id, figures in sorted(by_source.items()):
            cursor.execute(_ADD, [*astuple(figures), source_id])
        for source_id, figures in sorted(by_source.items()):
            cursor.execute(_ADD_MINUTE, [source_id, minute, *astuple(figures), lag])


def take_back(source_id: int, rejections: Iterable[tuple[datetime, int]]) -> None:
    """What was rejected counts so no more, in the minute either in which it did: given when that was, and how many
    records are to be read once more (1 for a batch that couldn't be read). After `count`, which locks the source.

    So the minutes go on being the sums of what the source came to, and its charts show what is rejected still.
    """
    minutes: dict[datetime, list[int]] = {}
    for counted_at, unread in rejections:
        figures = minutes.setdefault(_minute(counted_at), [0, 0])
        figures[0] += unread
        figures[1] += 1
    with connection.cursor() as cursor:
        for minute, (read, rejected) in sorted(minutes.items()):
            cursor.execute(_ADD, [-read, 0, 0, 0, -rejected, source_id])
            cursor.execute(_TAKE_MINUTE, [read, rejected, source_id, minute])


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
