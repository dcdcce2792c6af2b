"""From timings to days: when an order will be delivered, and what a page shows of it today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from apps.crm.forecasts.timing import Timing
from apps.crm.models.promises import EVERY_DAY

if TYPE_CHECKING:
    from apps.crm.models import Promise

STALE_AFTER = timedelta(days=3)  # a forecast that nobody has worked out anew since then says nothing any more


@dataclass(frozen=True, slots=True)
class Forecast:
    """`from_on` <= `expected_on` <= `to_on`, and none of them before the day on which it was made."""

    expected_on: date
    from_on: date
    to_on: date


def forecast(
    timing: Timing, *, entered_at: datetime, now: datetime, zone: tzinfo, planned_on: date | None = None
) -> Forecast:
    """When an order that is in its stage since `entered_at` will be delivered, as far as `timing` knows.

    The plant's own day counts as the expected one where it lies within what experience says.
    """
    waited = (now - entered_at) / timedelta(days=1)
    moments = (max(now, entered_at + timedelta(days=days)) for days in timing.after(waited))
    low, mid, high = (delivering(moment.astimezone(zone).date(), timing.weekdays) for moment in moments)
    if planned_on is not None and low <= planned_on <= high:
        mid = planned_on
    return Forecast(mid, low, high)


def delivering(day: date, weekdays: int) -> date:
    """The first day from `day` on that is one of `weekdays`."""
    if weekdays & EVERY_DAY:
        while not weekdays >> day.weekday() & 1:
            day += timedelta(days=1)
    return day


def shown(promise: Promise | None, today: date) -> Forecast | None:
    """The forecast as it is true on `today`: what was expected of days that are over is expected now."""
    if promise is None or promise.expected_on is None or promise.from_on is None or promise.to_on is None:
        return None
    if promise.worked_out_on is None or today - promise.worked_out_on > STALE_AFTER:
        return None
    earliest = delivering(today, promise.weekdays)
    low, mid, high = (max(day, earliest) for day in (promise.from_on, promise.expected_on, promise.to_on))
    return Forecast(mid, low, high)


def standing(promised_on: date | None, found: Forecast | None, today: date) -> str:
    """ "kept", "risk" or "late": whether the promise will be; "" where nothing was promised or nothing is known."""
    if promised_on is None:
        return ""
    if promised_on < today:
        return "late"
    if found is None:
        return ""
    if found.expected_on > promised_on:
        return "late"
    return "risk" if found.to_on > promised_on else "kept"
