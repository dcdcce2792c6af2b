"""The Date header as one moment."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

from .words import collapse, decode_words

_EARLIEST = 1970
_ODD_ZONE = re.compile(r":\d\d\s+(?![+-]?\d{1,4}\b|[A-Za-z]{1,5}\b|\(|\d{4}\s)\S")
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_COLON = re.compile(r"(?<=\s)(?:UTC|GMT)?([+-])(\d\d?):?(\d\d)?(?=\s|\Z)")
_ZONE = re.compile(r"(?<=\d )([A-Z]{3,5})\Z")
_HALF = re.compile(r"(?i)(\d{1,2})(:\d\d(?::\d\d)?) ([AP])M\b")
# Names that RFC 5322 doesn't have and programs write all the same; of those that mean two zones, none.
_ZONES = {
    "WET": 0, "WEST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3, "JST": 9, "AEST": 10,
}  # fmt: skip


def read_date(value: str) -> datetime | None:
    """The moment, aware and in UTC; None where the header is missing or says nothing usable."""
    try:
        text = _as_standard(collapse(decode_words(value[:500])))
        if _ISO.match(text):
            moment = datetime.fromisoformat(text)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        found = parsedate_tz(text)
        # A zone that is none ("H0500") would be read as UTC, hours off: better no date than a wrong one.
        if found is None or found[0] < _EARLIEST or (not found[9] and _ODD_ZONE.search(text)):
            return None
        offset = found[9] or 0
        if abs(offset) >= 24 * 3600:
            offset = 0
        second = min(found[5], 59)  # a leap second
        local = datetime(*found[:5], second, tzinfo=timezone(timedelta(seconds=offset)))
        return local.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _as_standard(text: str) -> str:
    """Zones and hours as RFC 5322 writes them: +01:00, UTC+1, MEZ and "3:15 PM" would be read as they are not."""
    text = _HALF.sub(lambda found: f"{int(found[1]) % 12 + 12 * (found[3] in 'Pp'):02}{found[2]}", text)
    text = _COLON.sub(_zone, text)
    return _ZONE.sub(lambda found: f"+{_ZONES[found[1]]:02}00" if found[1] in _ZONES else found[0], text)


def _zone(found: re.Match[str]) -> str:
    """`+0100` is left, and so is what is no zone at all."""
    return f"{found[1]}{int(found[2]):02}{found[3] or '00'}"
