"""VTIMEZONEs for the zones that our files name (RFC 5545, 3.6.5).

icalendar writes the onset of summer time an hour late and as a list of dates that other programs misread; so the rule
is worked out here from the zone's own transitions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_AHEAD = 6  # years over which a rule must hold to be written as one


@dataclass(frozen=True, slots=True)
class _Change:
    """The clocks are set at `onset` (naive, as they showed before) from one offset to another."""

    onset: datetime
    before: timedelta
    after: timedelta
    name: str
    is_summer: bool


@lru_cache(maxsize=256)
def zone_component(zone: str, first_year: int, last_year: int) -> Timezone:
    """The zone as it is from the year before `first_year` on, and by rule beyond `last_year` where it has one."""
    component = Timezone()
    component.add("tzid", zone)
    began = datetime(first_year - 1, 1, 1, tzinfo=UTC).astimezone(ZoneInfo(zone))
    offset = began.utcoffset() or timedelta(0)
    base = _Change(datetime(first_year - 1, 1, 1), offset, offset, began.tzname() or zone, bool(began.dst()))  # noqa: DTZ001
    component.add_component(_observance(base, ""))
    years = [_changes(zone, year) for year in range(first_year - 1, last_year + _AHEAD)]
    rules = [_rule([each[n] for each in years]) for n in range(len(years[0]))] if _alike(years) else []
    if rules and all(rules):
        for change, rule in zip(years[0], rules, strict=True):
            component.add_component(_observance(change, rule))
    else:
        for change in (each for changes in years for each in changes):
            component.add_component(_observance(change, ""))
    return component


def _observance(change: _Change, rule: str) -> TimezoneStandard | TimezoneDaylight:
    made = TimezoneDaylight() if change.is_summer else TimezoneStandard()
    made.add("dtstart", change.onset)
    made.add("tzoffsetfrom", change.before)
    made.add("tzoffsetto", change.after)
    made.add("tzname", change.name)
    if rule:
        made.add("rrule", vRecur.from_ical(rule))
    return made


def _alike(years: Sequence[Sequence[_Change]]) -> bool:
    shapes = [[(each.onset.month, each.onset.time(), each.before, each.after) for each in changes] for changes in years]
    return all(shape == shapes[0] for shape in shapes)


def _rule(changes: Sequence[_Change]) -> str:
    """ "the last Sunday of March", if that is when it is in each of these years; else ""."""
    onsets = [each.onset for each in changes]
    if len({each.weekday() for each in onsets}) != 1:
        return ""
    last = all((each + timedelta(days=7)).month != each.month for each in onsets)
    weeks = {(each.day - 1) // 7 + 1 for each in onsets}
    if not last and len(weeks) != 1:
        return ""
    which = -1 if last else weeks.pop()
    return f"FREQ=YEARLY;BYMONTH={onsets[0].month};BYDAY={which}{_DAYS[onsets[0].weekday()]}"


@lru_cache(maxsize=4096)
def _changes(zone: str, year: int) -> tuple[_Change, ...]:
    """When the clocks of `zone` are set in a year, to the minute."""
    place = ZoneInfo(zone)
    found = []
    low = datetime(year, 1, 1, tzinfo=UTC)
    end = datetime(year + 1, 1, 1, tzinfo=UTC)
    while low < end:
        high = min(low + timedelta(days=1), end)
        if low.astimezone(place).utcoffset() != high.astimezone(place).utcoffset():
            found.append(_at(place, low, high))
        low = high
    return tuple(found)


def _at(place: ZoneInfo, low: datetime, high: datetime) -> _Change:
    before = low.astimezone(place).utcoffset() or timedelta(0)
    while high - low > timedelta(minutes=1):
        middle = low + timedelta(minutes=(high - low) // timedelta(minutes=2))
        if (middle.astimezone(place).utcoffset() or timedelta(0)) == before:
            low = middle
        else:
            high = middle
    then = high.astimezone(place)
    onset = (high + before).replace(tzinfo=None)
    return _Change(onset, before, then.utcoffset() or timedelta(0), then.tzname() or "", bool(then.dst()))
