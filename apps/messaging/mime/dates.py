"""The Date header as one moment."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

from .words import collapse, decode_words

_EARLIEST = 1970
_ODD_ZONE = re.compile(r":\d\d\s+(?![+-]?\d{1,4}\b|[A-Za-z]{1,5}\b|\(|\d{4}\s)\S")


def read_date(value: str) -> datetime | None:
    """The moment, aware and in UTC; None where the header is missing or says nothing usable."""
    try:
        text = collapse(decode_words(value[:500]))
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
