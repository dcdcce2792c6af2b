"""The plant's promise: until when a claim of a kind is decided. Working days are Monday to Friday."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

END_OF_DAY = time(18)
_SATURDAY = 5


def promised_by(kind: str, made_at: datetime, *, days: Mapping[str, int], zone: ZoneInfo) -> datetime:
    """The end of the last working day; `days` are working days by kind, with "other" for kinds not named.

    The day it was made on doesn't count. Aware, in UTC's terms as `made_at` is.
    """
    left = days.get(kind, days["other"])
    day = made_at.astimezone(zone).date()
    while left > 0 or day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
        if day.weekday() < _SATURDAY:
            left -= 1
    return datetime.combine(day, END_OF_DAY, tzinfo=zone).astimezone(made_at.tzinfo)
