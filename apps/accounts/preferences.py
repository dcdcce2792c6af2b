"""The reader's preferences, for whoever renders something."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from babel.core import Locale, UnknownLocaleError, get_global
from django.conf import settings
from django.utils import timezone, translation

from apps.accounts.models import Preferences, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

# What the browser says of itself, for whoever chose no time zone.
_browser_zone: ContextVar[str] = ContextVar("browser_zone", default="")
_reader: ContextVar[Preferences | None] = ContextVar("reader_preferences", default=None)


def preferences_of(user: User | AnonymousUser | None) -> Preferences:
    """The preferences of `user`, read once per user object; the site's defaults (unsaved) for whoever has none."""
    if user is None or not user.is_authenticated:
        return Preferences()
    try:
        return user.preferences
    except Preferences.DoesNotExist:
        # Kept on the object, so that the next question asks no database.
        user._state.fields_cache["preferences"] = made = Preferences(user=user)
        return made


def zone_of(preferences: Preferences) -> ZoneInfo:
    """The time zone to show times in: the reader's, else their browser's, else the site's."""
    return ZoneInfo(preferences.time_zone or _browser_zone.get() or settings.RAPPORT_TIME_ZONE)


def own_zone_of(preferences: Preferences) -> ZoneInfo:
    """The zone that somebody chose, else the site's: for what happens while they are away, browser and all."""
    return ZoneInfo(preferences.time_zone or settings.RAPPORT_TIME_ZONE)


def country_of(preferences: Preferences) -> str:
    """The ISO 3166 country that numbers without a prefix are read in: chosen, else by the zone, else the site's."""
    if preferences.country:
        return preferences.country
    zone = preferences.time_zone or _browser_zone.get()
    country: str = get_global("zone_territories").get(zone, "") if zone else ""
    return country if len(country) == 2 and country.isalpha() else settings.RAPPORT_COUNTRY


def first_weekday_of(preferences: Preferences) -> int:
    """The day that weeks begin with in the reader's country (CLDR): 0 is Monday, 6 Sunday."""
    return _first_weekday(country_of(preferences))


@cache
def _first_weekday(country: str) -> int:
    try:
        return int(Locale.parse(f"und_{country}", resolve_likely_subtags=True).first_week_day)
    except (UnknownLocaleError, ValueError):
        return 0


def current_preferences() -> Preferences:
    """The preferences of whoever reads the page that is being rendered; defaults outside a request."""
    return _reader.get() or Preferences()


@cache
def _zones() -> set[str]:
    return available_timezones()  # reads the disk


@contextmanager
def reading_as(user: User | AnonymousUser | None, *, language: str = "", zone: str = "") -> Iterator[Preferences]:
    """Render in the language, zone and formats of `user`; `language` and `zone` hold where they chose none."""
    preferences = preferences_of(user)
    zone_token = _browser_zone.set(zone if zone in _zones() else "")
    token = _reader.set(preferences)
    try:
        with (
            translation.override(preferences.language or language or settings.LANGUAGE_CODE),
            timezone.override(zone_of(preferences)),
        ):
            yield preferences
    finally:
        _reader.reset(token)
        _browser_zone.reset(zone_token)
