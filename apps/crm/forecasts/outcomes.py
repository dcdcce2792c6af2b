"""What became of a promise, and in which stage the time was lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from apps.crm.forecasts.timing import FORECAST
from apps.crm.models import Promise


@dataclass(frozen=True, slots=True)
class Ending:
    outcome: str = ""
    lost_stage: int | None = None
    lost_days: int = 0


def ending(
    promised_on: date | None,
    *,
    delivered_on: date | None,
    given_on: date | None,
    today: date,
    excess: Mapping[int, float],
) -> Ending:
    """`given_on` is the last day that the dealer was given before; an order that is still out counts until `today`.

    `excess` are days by which each stage took longer than usual.
    """
    if promised_on is None:
        return Ending()
    ended_on = delivered_on or today
    if ended_on <= promised_on:
        return Ending(Promise.Outcome.KEPT if delivered_on else "")
    told = delivered_on is not None and given_on is not None and delivered_on <= given_on
    worst = max(excess, key=lambda stage: excess[stage], default=None)
    outcome = Promise.Outcome.MOVED if told else Promise.Outcome.BROKEN
    return Ending(outcome, worst, (ended_on - promised_on).days)


def spent(stamps: Mapping[int, datetime | None], *, until: datetime | None) -> dict[int, float]:
    """Days in each stage, by the moments at which stages were reached; the last one lasts until `until`, if given."""
    reached = [(stage, at) for stage in FORECAST if (at := stamps.get(stage)) is not None]
    ends = [*(at for _stage, at in reached[1:]), until]
    return {
        stage: max(0.0, (end - at) / timedelta(days=1))
        for (stage, at), end in zip(reached, ends, strict=True)
        if end is not None
    }
