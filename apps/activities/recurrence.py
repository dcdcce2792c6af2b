"""When a repeated task comes again: RFC 5545 rules over days, so that no change of clocks moves them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dateutil.rrule import rrule, rrulestr

LONGEST = 200
_ANY = {"INTERVAL": r"[1-9]\d{0,3}", "COUNT": r"[1-9]\d{0,3}", "UNTIL": r"\d{8}(T\d{6}Z?)?", "WKST": r"MO|SU"}
_DAYS = {"BYDAY": r"(MO|TU|WE|TH|FR|SA|SU)(,(MO|TU|WE|TH|FR|SA|SU))*"}
_NUMBERED = {
    "BYDAY": r"[+-]?[1-5]?(MO|TU|WE|TH|FR|SA|SU)(,[+-]?[1-5]?(MO|TU|WE|TH|FR|SA|SU))*",
    "BYMONTHDAY": r"-?([1-9]|[12]\d|3[01])(,-?([1-9]|[12]\d|3[01]))*",
    "BYSETPOS": r"-?[1-5]",
}
# Only what comes again soon: a rule that never does would be looked for up to the year 9999.
_PARTS = {
    "DAILY": _ANY | _DAYS,
    "WEEKLY": _ANY | _DAYS,
    "MONTHLY": _ANY | _NUMBERED,
    "YEARLY": _ANY | _NUMBERED | {"BYMONTH": r"([1-9]|1[0-2])(,([1-9]|1[0-2]))*"},
}
_HORIZON = timedelta(days=366 * 12)  # a leap day comes again at the latest after eight years
_MOST_STEPS = 5000


class UnknownRule(ValueError):
    """The rule can't be read, or never comes again."""


@dataclass(frozen=True, slots=True)
class Next:
    """The day on which it comes again, and the rule from there on: its COUNT has gone down."""

    day: date
    rule: str


def clean_rule(text: str, *, start: date) -> str:
    """The rule in one spelling; "" stays "". Raises UnknownRule."""
    rule = text.strip().upper().removeprefix("RRULE:")
    if not rule:
        return ""
    parts = dict(part.partition("=")[::2] for part in rule.split(";"))
    known = _PARTS.get(parts.pop("FREQ", ""))
    if len(rule) > LONGEST or known is None or {"COUNT", "UNTIL"} <= parts.keys():
        raise UnknownRule(text)
    if not all(name in known and re.fullmatch(known[name], value) for name, value in parts.items()):
        raise UnknownRule(text)
    _read(rule, start)
    return rule


def next_after(rule: str, *, start: date, after: date) -> Next | None:
    """The first day of `rule` beyond both `start`, where it begins, and `after`; None if it has ended."""
    read, count = _read(rule, start)
    for passed, moment in enumerate(read):
        if moment.date() > max(start, after):
            return Next(moment.date(), _with_count(rule, count - passed) if count else rule)
        if passed > _MOST_STEPS:
            return None
    return None


def _read(rule: str, start: date) -> tuple[rrule, int]:
    """The rule without end, bounded by the horizon, and its COUNT (0: none)."""
    counted = re.search(r"(?:^|;)COUNT=(\d+)", rule)
    begins = datetime.combine(start, time.min)
    try:
        read = rrulestr(_days_alone(rule), dtstart=begins)
        if not isinstance(read, rrule):
            raise UnknownRule(rule)
        own_end = getattr(read, "_until", None)
        if not counted:
            ends = min(own_end, begins + _HORIZON) if own_end else begins + _HORIZON
            read = read.replace(until=ends)
    except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
        raise UnknownRule(rule) from error
    return read, int(counted[1]) if counted else 0


def _days_alone(rule: str) -> str:
    """UNTIL as a day: rules from elsewhere end at a moment in UTC, these know days only."""
    return re.sub(r"UNTIL=(\d{8})T?[0-9Z]*", r"UNTIL=\1", rule)


def _with_count(rule: str, count: int) -> str:
    return re.sub(r"COUNT=\d+", f"COUNT={count}", rule)
