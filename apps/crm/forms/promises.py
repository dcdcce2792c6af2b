"""The period that a report of promises is asked for."""

from __future__ import annotations

from datetime import date

from django.http import QueryDict
from django.utils.dateparse import parse_date

Period = tuple[date, date]
_FIRST, _LAST = date(2000, 1, 1), date(2100, 12, 31)


def read_period(asked: QueryDict, *, default: Period) -> Period:
    """From and to, both included, in their order; what can't be read is as in `default`."""
    start, end = _day(asked.get("from")) or default[0], _day(asked.get("to")) or default[1]
    return min(start, end), max(start, end)


def _day(text: str | None) -> date | None:
    try:
        found = parse_date(text or "")
    except ValueError:  # the thirtieth of February
        return None
    return found if found and _FIRST <= found <= _LAST else None
