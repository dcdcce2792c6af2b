"""Dates, times and phone numbers as one reader wants to see them.

Names of days and months come in the active language, times in the reader's zone.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import phonenumbers
from django.utils import formats, translation
from django.utils.timezone import localtime

from apps.accounts.models import Preferences, User
from apps.accounts.preferences import country_of, preferences_of, zone_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

_DATE_FORMATS = {"iso": "Y-m-d", "dmy": "d.m.Y", "mdy": "m/d/Y"}
_DATE_BY_LANGUAGE = {"en": "j M Y", "uk": "d.m.Y"}
_TIME_FORMATS = {"24": "H:i", "12": "g:i A"}
_TIME_BY_LANGUAGE = {"en": "H:i", "uk": "H:i"}


def format_date(user: User | AnonymousUser, value: date, *, weekday: bool = False) -> str:
    """A day in the reader's format; a datetime is first moved to the reader's zone."""
    return date_text(preferences_of(user), value, weekday=weekday)


def format_datetime(user: User | AnonymousUser, value: datetime, *, weekday: bool = False) -> str:
    """An aware moment in the reader's zone and formats."""
    return datetime_text(preferences_of(user), value, weekday=weekday)


def date_text(preferences: Preferences, value: date, *, weekday: bool = False) -> str:
    if isinstance(value, datetime):
        value = localtime(value, zone_of(preferences))
    pattern = _DATE_FORMATS.get(preferences.date_format) or _DATE_BY_LANGUAGE.get(_language(), "Y-m-d")
    return formats.date_format(value, f"D, {pattern}" if weekday else pattern)


def time_text(preferences: Preferences, value: datetime) -> str:
    pattern = _TIME_FORMATS.get(preferences.time_format) or _TIME_BY_LANGUAGE.get(_language(), "H:i")
    return formats.time_format(localtime(value, zone_of(preferences)), pattern)


def datetime_text(preferences: Preferences, value: datetime, *, weekday: bool = False) -> str:
    return f"{date_text(preferences, value, weekday=weekday)}, {time_text(preferences, value)}"


def exact_text(preferences: Preferences, value: datetime) -> str:
    """To the second, with the day's full name and the zone: what a hover tells."""
    local = localtime(value, zone_of(preferences))
    return f"{formats.date_format(local, 'l')}, {date_text(preferences, value)}, {local:%H:%M:%S} {local.tzname()}"


def format_phone(user: User | AnonymousUser, e164: str, *, extension: str = "") -> str:
    """A number as this reader wants it: by their pattern, else national in their country, else international.

    In a pattern ("+00 (00) 0000-0000") each 0 takes a digit: of the whole number if it begins with +, else of the
    national one. A number of another length is written as its country does.
    """
    preferences = preferences_of(user)
    number = _parse(e164)
    if number is None:
        return e164
    text = _by_pattern(preferences.phone_pattern, number, country_of(preferences)) or phonenumbers.format_number(
        number, phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    if not preferences.phone_pattern and phonenumbers.region_code_for_number(number) == country_of(preferences):
        text = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return f"{text} \u00d7{extension}" if extension else text


def tel_address(user: User | AnonymousUser, e164: str) -> str:
    """What clicking the number dials (RFC 3966): E.164, or the reader's dialing prefix and the digits after it.

    Behind a prefix (an exchange's, a calling card's) a number of the reader's country is dialed nationally,
    any other with that country's international prefix.
    """
    preferences = preferences_of(user)
    number = _parse(e164)
    if number is None or not preferences.dialing_prefix:
        return f"tel:{e164}"
    country = country_of(preferences)
    if phonenumbers.region_code_for_number(number) == country:
        dialed = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    else:
        dialed = phonenumbers.format_out_of_country_calling_number(number, country)
    return f"tel:{preferences.dialing_prefix}{phonenumbers.normalize_digits_only(dialed)}"


def _parse(e164: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return None


def _by_pattern(pattern: str, number: phonenumbers.PhoneNumber, country: str) -> str:
    if not pattern:
        return ""
    national = phonenumbers.national_significant_number(number)
    if pattern.startswith("+"):
        digits = f"{number.country_code}{national}"
    elif phonenumbers.region_code_for_number(number) == country:
        digits = phonenumbers.normalize_digits_only(
            phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
        )
    else:
        return ""
    if pattern.count("0") != len(digits):
        return ""
    left = iter(digits)
    return "".join(next(left) if letter == "0" else letter for letter in pattern)


def _language() -> str:
    return (translation.get_language() or "en").split("-")[0]
