"""Time in stage, for reports: how long contacts stayed in each stage of a pipeline, from rows that never move."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q, QuerySet

from apps.contacts.models import Entity
from apps.crm.models import JourneyStep, Pipeline

if TYPE_CHECKING:
    from apps.accounts.models import User


@dataclass(frozen=True, slots=True)
class StageTime:
    """One stage in a period: `entered` and `left` in it, `standing` at its end; times of those who left in it."""

    stage_id: int
    entered: int
    left: int
    standing: int
    median: timedelta | None
    longest: timedelta | None


@dataclass(frozen=True, slots=True)
class Interval:
    """One stay: `left_at` is None for where the contact stands still."""

    entity_id: int
    stage_id: int
    entered_at: datetime
    left_at: datetime | None
    moved_by_id: int | None


def stays_in(user: User, pipeline: Pipeline, *, since: datetime, until: datetime) -> QuerySet[JourneyStep]:
    """The rows behind the figures: stays of contacts that `user` sees which touch [since, until)."""
    touching = Q(left_at__isnull=True) | Q(left_at__gte=since)
    seen = Entity.objects.visible_to(user).live()
    return JourneyStep.objects.filter(touching, pipeline=pipeline, entered_at__lt=until, entity__in=seen)


def intervals(
    user: User, pipeline: Pipeline, *, since: datetime, until: datetime, entities: Collection[int] = ()
) -> Iterator[Interval]:
    """Those stays one by one, in the order in which they began; of `entities` alone where some are named."""
    rows = stays_in(user, pipeline, since=since, until=until)
    if entities:
        rows = rows.filter(entity__in=entities)
    values = rows.order_by("entered_at", "pk").values_list("entity", "stage", "entered_at", "left_at", "moved_by")
    for row in values.iterator():
        yield Interval(*row)


def stage_times(user: User, pipeline: Pipeline, *, since: datetime, until: datetime) -> dict[int, StageTime]:
    """By stage; one query. A stay counts with the period in which it ended, so that figures of the past stay."""
    rows = stays_in(user, pipeline, since=since, until=until)
    sql, params = rows.order_by().values("stage_id", "entered_at", "left_at").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_TIMES.format(rows=sql), [since, until, until, until, until, until, *params])
        return {row[0]: StageTime(*row) for row in cursor.fetchall()}


_TIMES = """
SELECT stage_id,
    count(*) FILTER (WHERE entered_at >= %s AND entered_at < %s),
    count(*) FILTER (WHERE left_at < %s),
    count(*) FILTER (WHERE left_at IS NULL OR left_at >= %s),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY left_at - entered_at) FILTER (WHERE left_at < %s),
    max(left_at - entered_at) FILTER (WHERE left_at < %s)
FROM ({rows}) stays GROUP BY stage_id
"""
