"""The owner's work: month partitions a year ahead, and what outlived its use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import connection

from apps.core.contributions import partitioned
from apps.core.models import IdempotencyKey

log = structlog.get_logger(__name__)

_MONTHS = 13  # this one and a year ahead
_KEYS_KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Maintained:
    partitions_made: int
    keys_removed: int


def maintain(*, now: datetime) -> Maintained:
    """Make the missing partitions and forget old API answers; again is harmless. Needs the owner's role."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rapport_make_change_partitions(%s, %s)", [now.date(), _MONTHS])
        (made,) = cursor.fetchone()
        for table in partitioned:
            cursor.execute("SELECT rapport_make_month_partitions(%s, %s, %s)", [table, now.date(), _MONTHS])
            made += cursor.fetchone()[0]
    removed, _ = IdempotencyKey.objects.filter(created_at__lt=now - _KEYS_KEPT).delete()
    log.info("maintenance.finished", partition_count=made, key_count=removed)
    return Maintained(made, removed)
