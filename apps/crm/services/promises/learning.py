"""How long stages last, learned from orders that were delivered, a set at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from apps.crm.forecasts.timing import (
    LEAST,
    LEAST_WAITED,
    WAITED,
    Key,
    Timing,
    Timings,
    delivering_days,
    level_of,
    with_parents,
)
from apps.crm.models import StageTiming
from apps.crm.models.promises import EVERY_DAY
from apps.crm.services.feed.staging import run

RECENTLY = timedelta(days=90)  # plants change: where enough was delivered of late, older orders don't count
EVER = timedelta(days=400)  # a year and a bit, so that each season has been once
EDGES = (0.05, 0.5, 0.95)
USUAL = (0.1, 0.5, 0.9)  # of the stage itself, as pages say it

_SPANS = """
CREATE TEMP TABLE promise_span ON COMMIT DROP AS
SELECT o.plant_id, o.product, v.stage,
    (extract(month FROM v.entered AT TIME ZONE %(zone)s)::int %% 12 / 3 + 1) AS season,
    (extract(epoch FROM v.went_on - v.entered) / 86400)::float8 AS own,
    (extract(epoch FROM s.delivered_at - v.entered) / 86400)::float8 AS total,
    s.delivered_at > %(recent)s AS is_recent
FROM crm_orderstate s JOIN crm_order o ON o.id = s.order_id,
LATERAL (VALUES
    (10, s.accepted_at, coalesce(s.production_at, s.made_at, s.shipped_at, s.delivered_at)),
    (20, s.production_at, coalesce(s.made_at, s.shipped_at, s.delivered_at)),
    (40, s.made_at, coalesce(s.shipped_at, s.delivered_at)),
    (60, s.shipped_at, s.delivered_at)
) AS v (stage, entered, went_on)
WHERE s.delivered_at > %(since)s AND s.delivered_at <= %(until)s AND NOT s.is_cancelled
    AND v.entered <= v.went_on AND v.went_on <= s.delivered_at
"""
_CELLS = """
SELECT plant_id, coalesce(product, ''), coalesce(season, 0), stage, waited, count(*),
    percentile_cont(%(edges)s) WITHIN GROUP (ORDER BY total)
FROM promise_span JOIN unnest(%(waited)s) AS w (waited) ON own >= waited
WHERE is_recent OR NOT %(recently)s
GROUP BY GROUPING SETS ((stage, waited), (plant_id, stage, waited), (plant_id, product, stage, waited),
    (plant_id, product, season, stage, waited))
HAVING count(*) >= %(least)s
"""
_OWN = """
SELECT plant_id, coalesce(product, ''), coalesce(season, 0), stage,
    percentile_cont(%(usual)s) WITHIN GROUP (ORDER BY own)
FROM promise_span WHERE is_recent OR NOT %(recently)s
GROUP BY GROUPING SETS ((stage), (plant_id, stage), (plant_id, product, stage), (plant_id, product, season, stage))
HAVING count(*) >= %(least)s
"""
_WEEKDAYS = """
SELECT plant_id, extract(isodow FROM delivered_at AT TIME ZONE %(zone)s)::int - 1, count(*) FROM crm_orderstate
WHERE delivered_at > %(recent)s AND delivered_at <= %(until)s AND NOT is_cancelled GROUP BY 1, 2
"""
_NUMBER = "SELECT count(*) FROM promise_span WHERE stage = 60"


def learned(until: datetime) -> tuple[Timings, int]:
    """What orders delivered by `until` say, and how many they were. Writes nothing; later ones don't count."""
    facts = {
        "zone": settings.RAPPORT_TIME_ZONE,
        "since": until - EVER,
        "recent": until - RECENTLY,
        "until": until,
        "least": LEAST_WAITED,
        "edges": list(EDGES),
        "usual": list(USUAL),
        "waited": list(WAITED),
    }
    with transaction.atomic():
        run("SET LOCAL work_mem = '64MB'")
        run(_SPANS, facts)
        run("ANALYZE promise_span")
        raw = _kinds(facts | {"recently": False})
        raw |= {key: timing for key, timing in _kinds(facts | {"recently": True}).items() if timing.count >= LEAST}
        number = run(_NUMBER)[0][0]
        days = _weekdays(facts)
        run("DROP TABLE promise_span")
    raw = {key: replace(timing, weekdays=days.get(key[0], EVERY_DAY)) for key, timing in raw.items()}
    return with_parents(raw), number


@transaction.atomic
def learn_timings(*, now: datetime) -> int:
    """Put what history says in the place of what it said before; returns the number of orders that it was learned from.

    Readers see the old rows until this commits.
    """
    timings, number = learned(now)
    StageTiming.objects.all().delete()
    StageTiming.objects.bulk_create(_row(key, timing) for key, timing in timings.found.items())
    return number


def stored_timings() -> Timings:
    """As they were last learned."""
    found = {}
    for row in StageTiming.objects.all():
        key = (row.plant_id, row.product, row.season, row.stage)
        own = row.own_from, row.own_mid, row.own_to
        found[key] = Timing(row.level, row.count, row.waited, row.low, row.mid, row.high, own, row.season, row.weekdays)
    return Timings(found)


def _kinds(facts: dict[str, Any]) -> dict[Key, Timing]:
    own: dict[Key, Any] = {(plant, *rest): days for plant, *rest, days in run(_OWN, facts)}
    curves: dict[Key, list[tuple[float, int, list[float]]]] = {}
    for plant, product, season, stage, waited, count, edges in run(_CELLS, facts):
        curves.setdefault((plant, product, season, stage), []).append((float(waited), count, edges))
    return dict(_timings(curves, own))


def _timings(
    curves: dict[Key, list[tuple[float, int, list[float]]]], own: dict[Key, Any]
) -> Iterator[tuple[Key, Timing]]:
    for key, points in curves.items():
        points.sort()
        if points[0][0] == 0.0 and key in own:
            waited, counts, edges = zip(*points, strict=True)
            low, mid, high = zip(*edges, strict=True)
            yield key, Timing(level_of(key), counts[0], waited, low, mid, high, tuple(own[key]), key[2])


def _weekdays(facts: dict[str, Any]) -> dict[int | None, int]:
    counts: dict[int | None, list[tuple[int, int]]] = {}
    for plant_id, weekday, number in run(_WEEKDAYS, facts):
        counts.setdefault(plant_id, []).append((weekday, number))
    return {plant_id: delivering_days(told) for plant_id, told in counts.items()}


def _row(key: Key, timing: Timing) -> StageTiming:
    plant_id, product, season, stage = key
    own_from, own_mid, own_to = timing.own
    return StageTiming(
        plant_id=plant_id,
        product=product,
        season=season,
        stage=stage,
        level=timing.level,
        count=timing.count,
        waited=list(timing.waited),
        low=list(timing.low),
        mid=list(timing.mid),
        high=list(timing.high),
        own_from=own_from,
        own_mid=own_mid,
        own_to=own_to,
        weekdays=timing.weekdays,
    )
