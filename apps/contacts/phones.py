"""How a number is shown and dialled: by the reader's pattern, prefix and country."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from apps.accounts.preferences import country_of

if TYPE_CHECKING:
    from apps.accounts.models import Preferences


def show_number(number: str, preferences: Preferences, *, extension: str = "") -> str:
    """The number for reading: national in the reader's own country, else international; or by their pattern.

    `number` is E.164, or whatever was typed where it is no number we know: that is shown as it stands.
    """
    shown = _shown(number, country_of(preferences), preferences.phone_pattern)
    return f"{shown} #{extension}" if extension else shown


def dial_address(number: str, preferences: Preferences, *, extension: str = "") -> str:
    """The `tel:` address (RFC 3966): the number with the reader's dialling prefix, a pause before the extension."""
    dialled = _dialled(number, country_of(preferences), preferences.dialing_prefix)
    return "tel:" + quote(dialled + (f",{extension}" if extension else ""), safe="+*,;")


# Both are kept, since a row of a list shows and dials the same number several times.
@lru_cache(maxsize=4096)
def _shown(number: str, country: str, pattern: str) -> str:
    parsed = _parse(number)
    if parsed is None:
        return number
    if pattern:
        return _by_pattern(number.lstrip("+"), pattern)
    national = phonenumbers.region_code_for_number(parsed) == country
    return phonenumbers.format_number(
        parsed, PhoneNumberFormat.NATIONAL if national else PhoneNumberFormat.INTERNATIONAL
    )


@lru_cache(maxsize=4096)
def _dialled(number: str, country: str, prefix: str) -> str:
    parsed = _parse(number)
    digits = number if parsed is None else phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    if parsed is not None and prefix:
        from_here = phonenumbers.format_out_of_country_calling_number(parsed, country)
        if phonenumbers.region_code_for_number(parsed) == country:
            from_here = phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)
        digits = prefix + "".join(c for c in from_here if c.isdigit())
    return "".join(c for c in digits if c.isdigit() or c in "+*#,;")


def _parse(number: str) -> phonenumbers.PhoneNumber | None:
    if not number.startswith("+"):
        return None
    try:
        return phonenumbers.parse(number)
    except NumberParseException:
        return None


def _by_pattern(digits: str, pattern: str) -> str:
    """Fill the zeros of "+00 (00) 0000-0000" from the left; what is left over stands at the end."""
    rest = iter(digits)
    shown = []
    for character in pattern:
        if character != "0":
            shown.append(character)
            continue
        digit = next(rest, None)
        if digit is None:
            break
        shown.append(digit)
    return "".join(shown).rstrip(" -(/") + "".join(rest)
