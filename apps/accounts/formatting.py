"""Dates and times as one reader wants to see them.

Names of days and months come in the active language, times in the reader's zone.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils import dateformat, translation
from django.utils.timezone import localtime

from apps.accounts.models import Preferences
from apps.accounts.preferences import zone_of

_DATE_FORMATS = {"iso": "Y-m-d", "dmy": "d.m.Y", "mdy": "m/d/Y"}
_DATE_BY_LANGUAGE = {"en": "j M Y", "uk": "d.m.Y"}
_TIME_FORMATS = {"24": "H:i", "12": "g:i A"}
_TIME_BY_LANGUAGE = {"en": "H:i", "uk": "H:i"}


def date_text(preferences: Preferences, value: date, *, weekday: bool = False) -> str:
    return _text(preferences, value, f"D, {_day(preferences)}" if weekday else _day(preferences))


def time_text(preferences: Preferences, value: datetime) -> str:
    return _text(preferences, value, _time(preferences))


def datetime_text(preferences: Preferences, value: datetime, *, weekday: bool = False) -> str:
    pattern = f"{_day(preferences)}, {_time(preferences)}"
    return _text(preferences, value, f"D, {pattern}" if weekday else pattern)


def exact_text(preferences: Preferences, value: datetime) -> str:
    """To the second, with the day's full name and the zone: what a hover tells."""
    return _text(preferences, value, f"l, {_day(preferences)}, H:i:s T")


def _text(preferences: Preferences, value: date, pattern: str) -> str:
    zone = None
    if isinstance(value, datetime):
        zone, value = zone_of(preferences), value.astimezone(UTC)
    return _drawn(value, zone, pattern, translation.get_language() or "")


@lru_cache(maxsize=8192)  # the same moments stand on many pages: with each new note its whole timeline is drawn again
def _drawn(value: date, zone: ZoneInfo | None, pattern: str, language: str) -> str:
    return dateformat.format(localtime(value, zone) if isinstance(value, datetime) else value, pattern)


def _day(preferences: Preferences) -> str:
    return _DATE_FORMATS.get(preferences.date_format) or _DATE_BY_LANGUAGE.get(_language(), "Y-m-d")


def _time(preferences: Preferences) -> str:
    return _TIME_FORMATS.get(preferences.time_format) or _TIME_BY_LANGUAGE.get(_language(), "H:i")


def _language() -> str:
    return (translation.get_language() or "en").split("-")[0]
