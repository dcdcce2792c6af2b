"""How long orders of a kind take, and how much longer those take that have waited already."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from apps.crm.models import Stage
from apps.crm.models.promises import EVERY_DAY, Level, Season

WAITED = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0, 14.0, 21.0, 30.0, 45.0)  # days in a stage
LEAST = 30  # orders: below it nothing is said
LEAST_WAITED = 12  # the same of those that had waited
WEIGHT = 40  # of the coarser kind, in orders: with so many of its own a kind counts half
FORECAST = (Stage.ACCEPTED, Stage.PRODUCTION, Stage.MADE, Stage.SHIPPED)

Key = tuple[int | None, str, int, int]  # plant, product, season, stage
Days = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Timing:
    """Of one kind of orders in one stage: see `StageTiming`. None of the curves ever falls."""

    level: int
    count: int
    waited: Sequence[float]
    low: Sequence[float]
    mid: Sequence[float]
    high: Sequence[float]
    own: Days  # of the stage itself: eight in ten lie between the first and the last, half below the middle one
    season: int = Season.ANY
    weekdays: int = EVERY_DAY

    def after(self, waited: float) -> Days:
        """Days from the beginning of the stage to delivery, of an order that is in it since `waited` days."""
        return tuple(self._at(curve, max(0.0, waited)) for curve in (self.low, self.mid, self.high))  # type: ignore[return-value]  # three

    def _at(self, curve: Sequence[float], waited: float) -> float:
        place = bisect_right(self.waited, waited) - 1
        passed = waited - self.waited[place]
        if place + 1 == len(self.waited):  # longer than any that was learned from: as much is left as was left there
            return curve[place] + passed
        share = passed / (self.waited[place + 1] - self.waited[place])
        return curve[place] + (curve[place + 1] - curve[place]) * share


class Timings:
    """All that was learned."""

    def __init__(self, found: dict[Key, Timing]) -> None:
        self.found = found

    def of(self, plant_id: int, product: str, on: date, stage: int) -> Timing | None:
        """The nearest kind that is known; None where history is too thin."""
        keys: tuple[Key, ...] = (
            (plant_id, product, season_of(on), stage),
            (plant_id, product, Season.ANY, stage),
            (plant_id, "", Season.ANY, stage),
            (None, "", Season.ANY, stage),
        )
        return next((self.found[key] for key in keys if key in self.found), None)


def season_of(on: date) -> int:
    return on.month % 12 // 3 + 1


def parent_of(key: Key) -> Key | None:
    plant_id, product, season, stage = key
    if season:
        return plant_id, product, 0, stage
    if product:
        return plant_id, "", 0, stage
    return (None, "", 0, stage) if plant_id is not None else None


def settled(timing: Timing, parent: Timing | None) -> Timing:
    """`timing` drawn towards its coarser kind by as much as it is thin, its curves made never to fall or cross."""
    share = timing.count / (timing.count + WEIGHT) if parent is not None else 1.0
    lows: list[float] = []
    mids: list[float] = []
    highs: list[float] = []
    for place, waited in enumerate(timing.waited):
        own = timing.low[place], timing.mid[place], timing.high[place]
        others = parent.after(waited) if parent is not None else own
        low, mid, high = (share * one + (1 - share) * other for one, other in zip(own, others, strict=True))
        lows.append(max(low, waited, *lows[-1:]))
        mids.append(max(mid, lows[-1], *mids[-1:]))
        highs.append(max(high, mids[-1], *highs[-1:]))
    return replace(timing, low=lows, mid=mids, high=highs)


def with_parents(raw: dict[Key, Timing]) -> Timings:
    """The kinds with enough orders, each settled by its coarser one."""
    found: dict[Key, Timing] = {}
    for key in sorted(raw, key=lambda key: raw[key].level):
        if raw[key].count >= LEAST:
            found[key] = settled(raw[key], _nearest(found, parent_of(key)))
    return Timings(found)


def _nearest(found: dict[Key, Timing], key: Key | None) -> Timing | None:
    while key is not None:
        if key in found:
            return found[key]
        key = parent_of(key)
    return None


def level_of(key: Key) -> Level:
    plant_id, product, season, _stage = key
    if season:
        return Level.SEASON
    if product:
        return Level.PRODUCT
    return Level.PLANT if plant_id is not None else Level.ALL


def delivering_days(counts: Iterable[tuple[int, int]], *, least: int = 200, share: float = 0.01) -> int:
    """The bits of the weekdays (0 is Monday) on which deliveries came, of (weekday, number); all where few came."""
    told = dict(counts)
    total = sum(told.values())
    if total < least:
        return EVERY_DAY
    return sum(1 << weekday for weekday, number in told.items() if number >= total * share) or EVERY_DAY
