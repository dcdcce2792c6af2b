"""The owner's work: month partitions a year ahead, and what outlived its use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction

from apps.core.contributions import MonthTable, partitioned
from apps.core.models import IdempotencyKey

log = structlog.get_logger(__name__)

_MONTHS = 13  # this one and a year ahead
_KEYS_KEPT = timedelta(hours=24)
_MONTHS_BEFORE = """
SELECT relname FROM pg_inherits JOIN pg_class ON oid = inhrelid
WHERE inhparent = %s::regclass AND relname ~ '_[0-9]{4}_[0-9]{2}$' AND relname < %s ORDER BY relname
"""


@dataclass(frozen=True, slots=True)
class Maintained:
    partitions_made: int
    keys_removed: int
    partitions_removed: int


def maintain(*, now: datetime) -> Maintained:
    """Make the missing partitions, drop those that have had their time, and forget old API answers.

    Again is harmless. Needs the owner's role.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT rapport_make_change_partitions(%s, %s)", [now.date(), _MONTHS])
        (made,) = cursor.fetchone()
        for table in partitioned:
            cursor.execute("SELECT rapport_make_month_partitions(%s, %s, %s)", [table.name, now.date(), _MONTHS])
            made += cursor.fetchone()[0]
    removed, _ = IdempotencyKey.objects.filter(created_at__lt=now - _KEYS_KEPT).delete()
    dropped = sum(_drop_before(table, now - table.kept_for()) for table in partitioned if table.kept_for)
    log.info("maintenance.finished", partition_count=made, key_count=removed, dropped_count=dropped)
    return Maintained(made, removed, dropped)


def _drop_before(table: MonthTable, moment: datetime) -> int:
    """Drop the partitions of the months that were over by then, and such rows as no month took; return how many."""
    name = connection.ops.quote_name
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '2s'")  # rather the next night than a queue behind a long reader
        cursor.execute(_MONTHS_BEFORE, [table.name, f"{table.name}_{moment:%Y_%m}"])
        gone = [row[0] for row in cursor.fetchall()]
        for partition in gone:
            cursor.execute(f"DROP TABLE {name(partition)}")
        cursor.execute(f"DELETE FROM {name(table.name + '_default')} WHERE {name(table.column)} < %s", [moment])  # noqa: S608
    return len(gone)
