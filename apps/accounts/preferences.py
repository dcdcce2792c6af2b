"""The reader's preferences, for whoever renders something."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone, translation

from apps.accounts.models import Preferences, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

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
    """The time zone to show times in: the reader's, else the site's."""
    return ZoneInfo(preferences.time_zone or settings.RAPPORT_TIME_ZONE)


def language_of(preferences: Preferences) -> str:
    """The language of mails to this reader: their own, else the site's."""
    return preferences.language or settings.LANGUAGE_CODE


def country_of(preferences: Preferences) -> str:
    """The ISO 3166 country that numbers without a prefix are read in: the reader's, else the site's."""
    return preferences.country or settings.RAPPORT_COUNTRY


def current_preferences() -> Preferences:
    """The preferences of whoever reads the page that is being rendered; defaults outside a request."""
    return _reader.get() or Preferences()


@contextmanager
def reading_as(user: User | AnonymousUser | None, *, language: str = "") -> Iterator[Preferences]:
    """Render in the language, zone and formats of `user`; `language` is what to take where they chose none."""
    preferences = preferences_of(user)
    token = _reader.set(preferences)
    try:
        with (
            translation.override(preferences.language or language or settings.LANGUAGE_CODE),
            timezone.override(zone_of(preferences)),
        ):
            yield preferences
    finally:
        _reader.reset(token)
