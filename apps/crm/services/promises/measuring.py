"""How good forecasts would have been, on orders that nothing was learned from. Writes nothing."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.crm.forecasts.days import forecast
from apps.crm.forecasts.timing import Timings
from apps.crm.services.feed.staging import run
from apps.crm.services.promises.learning import learned

_DAY = timedelta(days=1)
_MORNING = time(8)
_ORDERS = """
SELECT o.plant_id, o.product, s.accepted_at, s.production_at, s.made_at, s.shipped_at, s.delivered_at
FROM crm_orderstate s JOIN crm_order o ON o.id = s.order_id
WHERE s.delivered_at > %s AND s.accepted_at < %s AND NOT s.is_cancelled ORDER BY s.order_id
"""


@dataclass(frozen=True, slots=True)
class Quality:
    """Of forecasts as dealers would have read them each morning. Errors are in days, shares between 0 and 1."""

    forecasts: int
    orders: int
    median_error: float
    mean_error: float
    coverage: float  # share whose range held the day of delivery
    range_days: float  # the median width of a range
    first_error: float  # the median error on an order's first morning
    without: int  # mornings without a forecast, for want of history


@dataclass(slots=True)
class _Sums:
    errors: list[int]
    widths: list[int]
    first: list[int]
    held: int = 0
    without: int = 0
    orders: int = 0


def measure(*, start: datetime, end: datetime, step: timedelta = timedelta(days=7)) -> Quality:
    """Every `step` from `start` to `end`: learn from what was delivered by then, forecast the mornings that follow.

    Orders must have had the time to be delivered: let `end` be some weeks before the end of history. Raises ValueError
    where there is nothing to measure.
    """
    sums = _Sums([], [], [])
    zone = ZoneInfo(settings.RAPPORT_TIME_ZONE)
    while start < end:
        timings, _number = learned(start)
        until = min(start + step, end)
        for row in run(_ORDERS, [start, until]):
            _measure_order(sums, timings, row, start, until, zone)
        start = until
    if not sums.errors:
        raise ValueError("No order was delivered of which a forecast could have been made.")
    number = len(sums.errors)
    return Quality(
        forecasts=number,
        orders=sums.orders,
        median_error=statistics.median(sums.errors),
        mean_error=statistics.fmean(sums.errors),
        coverage=sums.held / number,
        range_days=statistics.median(sums.widths),
        first_error=statistics.median(sums.first or [0]),
        without=sums.without,
    )


def _measure_order(
    sums: _Sums, timings: Timings, row: tuple[Any, ...], start: datetime, until: datetime, zone: ZoneInfo
) -> None:
    plant_id, product, accepted_at, production_at, made_at, shipped_at, delivered_at = row
    stamps = [(10, accepted_at), (20, production_at), (40, made_at), (60, shipped_at)]
    actual = delivered_at.astimezone(zone).date()
    sums.orders += accepted_at is not None and start <= accepted_at < until
    for now in _mornings(max(start, accepted_at), min(until, delivered_at), zone):
        stage, entered = next((stage, at) for stage, at in reversed(stamps) if at is not None and at <= now)
        timing = timings.of(plant_id, product, entered.astimezone(zone).date(), stage)
        if timing is None:
            sums.without += 1
            continue
        found = forecast(timing, entered_at=entered, now=now, zone=zone)
        error = abs((found.expected_on - actual).days)
        sums.errors.append(error)
        sums.widths.append((found.to_on - found.from_on).days)
        sums.held += found.from_on <= actual <= found.to_on
        if now - accepted_at < _DAY:
            sums.first.append(error)


def _mornings(first: datetime, last: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """The mornings after `first` and before `last`."""
    day = first.astimezone(zone).date()
    while (moment := datetime.combine(day, _MORNING, tzinfo=zone).astimezone(UTC)) < last:
        if moment >= first:
            yield moment
        day += _DAY
