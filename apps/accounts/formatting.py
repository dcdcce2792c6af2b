"""Dates and times as one reader wants to see them.

Names of days and months come in the active language, times in the reader's zone.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils import dateformat, translation
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from apps.accounts.models import Preferences
from apps.accounts.preferences import zone_of
from apps.core.markup import fill

_DATE_FORMATS = {"iso": "Y-m-d", "dmy": "d.m.Y", "mdy": "m/d/Y"}
_DATE_BY_LANGUAGE = {"en": "j M Y", "uk": "d.m.Y"}
_TIME_FORMATS = {"24": "H:i", "12": "g:i A"}
_TIME_BY_LANGUAGE = {"en": "H:i", "uk": "H:i"}


def date_text(preferences: Preferences, value: date, *, weekday: bool = False) -> str:
    day, _time, language = _patterns(preferences)
    return _text(preferences, value, f"D, {day}" if weekday else day, language)


def time_text(preferences: Preferences, value: datetime) -> str:
    _day, time, language = _patterns(preferences)
    return _text(preferences, value, time, language)


def datetime_text(preferences: Preferences, value: datetime, *, weekday: bool = False) -> str:
    day, time, language = _patterns(preferences)
    return _text(preferences, value, f"D, {day}, {time}" if weekday else f"{day}, {time}", language)


def is_clock_of_12(preferences: Preferences) -> bool:
    """Whether times are written as 3:05 PM rather than 15:05."""
    return "A" in _patterns(preferences)[1]


def exact_text(preferences: Preferences, value: datetime) -> str:
    """To the second, with the day's full name and the zone: what a hover tells."""
    day, _time, language = _patterns(preferences)
    return _text(preferences, value, f"l, {day}, H:i:s T", language)


def day_tag(preferences: Preferences, value: date) -> SafeString:
    """A `<time>` that shows the day with its weekday and tells all of it on hover."""
    day, _time, language = _patterns(preferences)
    if isinstance(value, datetime):
        return _tag(value.astimezone(UTC), zone_of(preferences), f"D, {day}", f"l, {day}, H:i:s T", language)
    return _tag(value, None, f"D, {day}", f"l, {day}", language)


def moment_tag(preferences: Preferences, value: datetime) -> SafeString:
    """The same with the time of day."""
    day, time, language = _patterns(preferences)
    shown, exact = f"D, {day}, {time}", f"l, {day}, H:i:s T"
    return _tag(value.astimezone(UTC), zone_of(preferences), shown, exact, language)


def _patterns(preferences: Preferences) -> tuple[str, str, str]:
    """How to write a day and a time, and the active language, which is asked for once: it is a slow question."""
    language = translation.get_language() or "en"
    main = language.split("-")[0]
    day = _DATE_FORMATS.get(preferences.date_format) or _DATE_BY_LANGUAGE.get(main, "Y-m-d")
    time = _TIME_FORMATS.get(preferences.time_format) or _TIME_BY_LANGUAGE.get(main, "H:i")
    return day, time, language


def _text(preferences: Preferences, value: date, pattern: str, language: str) -> str:
    zone = None
    if isinstance(value, datetime):
        zone, value = zone_of(preferences), value.astimezone(UTC)
    return _drawn(value, zone, pattern, language)


@lru_cache(maxsize=8192)  # a list of fifty orders shows a hundred days, most of them the same
def _tag(value: date, zone: ZoneInfo | None, pattern: str, exact: str, language: str) -> SafeString:
    iso = value.isoformat(timespec="seconds") if isinstance(value, datetime) else value.isoformat()
    shown, told = (_drawn(value, zone, each, language) for each in (pattern, exact))
    return fill('<time datetime="{}" title="{}">{}</time>', iso, told, shown)


@lru_cache(maxsize=8192)  # the same moments stand on many pages: with each new note its whole timeline is drawn again
def _drawn(value: date, zone: ZoneInfo | None, pattern: str, _language: str) -> str:
    return dateformat.format(localtime(value, zone) if isinstance(value, datetime) else value, pattern)
