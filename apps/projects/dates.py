"""Days that a message names: 2026-12-05, 5.12.2026, 5.12, "5 December", "5 грудня"; a pure function."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "january jan січня",
            "february feb лютого",
            "march mar березня",
            "april apr квітня",
            "may травня",
            "june jun червня",
            "july jul липня",
            "august aug серпня",
            "september sep вересня",
            "october oct жовтня",
            "november nov листопада",
            "december dec грудня",
        ),
        start=1,
    )
    for word in words.split()
}
_ISO = re.compile(r"(?<![\d.-])(\d{4})-(\d\d)-(\d\d)(?![\d-])")
_DOTTED = re.compile(r"(?<![\d.])(\d{1,2})\.(\d\d)(?:\.(\d{4}|\d\d))?(?![\d.]*\d)")
_WORDED = re.compile(rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?\s+({'|'.join(_MONTHS)})\b(?:,?\s+(\d{{4}}))?", re.IGNORECASE)


def day_in(text: str, *, today: date) -> date | None:
    """The first day from `today` on that `text` names; one without a year is the next such day."""
    found = [
        *((hit.start(), hit[3], hit[2], hit[1]) for hit in _ISO.finditer(text)),
        *((hit.start(), hit[1], hit[2], hit[3]) for hit in _DOTTED.finditer(text)),
        *((hit.start(), hit[1], str(_MONTHS[hit[2].lower()]), hit[3]) for hit in _WORDED.finditer(text)),
    ]
    for _place, day, month, year in sorted(found, key=lambda hit: hit[0]):
        named = _day(int(day), int(month), year, today)
        if named is not None and named >= today:
            return named
    return None


def _day(day: int, month: int, year: str | None, today: date) -> date | None:
    years = [int(year) + (2000 if len(year) == 2 else 0)] if year else [today.year, today.year + 1]
    for each in years:
        try:
            named = date(each, month, day)
        except ValueError:
            continue
        if year or named >= today:
            return named
    return None
