"""Values of vCard properties: escaping, lists, dates (RFC 6350 sections 3.4, 4.3 and 5; RFC 2426; vCard 2.1)."""

from __future__ import annotations

import json
import re
from datetime import date

from apps.contacts.formats.records import PartialDate

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_PLAIN = {"n": "\n", "N": "\n", ",": ",", ";": ";", ":": ":", '"': '"', "\\": "\\"}
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_BLANKS = re.compile(r"[ \t\n]+")
_TO_ESCAPE = str.maketrans({"\\": "\\\\", ",": "\\,", ";": "\\;", "\n": "\\n"})
_DATE = re.compile(
    r"---(?P<only_day>\d\d)|(?P<only_year>\d{4})"
    r"|(?:(?P<year>\d{4})|--)-?(?P<month>\d\d)(?:-?(?P<day>\d\d))?(?:[T ].*)?",
    re.DOTALL,
)
_LOOSE_DATE = re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?:[T ].*)?", re.DOTALL)
APPLE_NO_YEAR = 1604  # what Apple writes where the year is unknown


def unescape(value: str) -> str:
    """Text of an escaped value. Unknown escapes stay as they are: 2.1 programs write plain backslashes."""
    if "\\" not in value:
        return value
    return _ESCAPED.sub(lambda match: _PLAIN.get(match[1], match[0]), value)


def escape(text: str) -> str:
    return clean(text).translate(_TO_ESCAPE)


def escape_uri(text: str) -> str:
    """A URI keeps its commas and semicolons."""
    return clean(text).replace("\\", "\\\\").replace("\n", "\\n")


def clean(text: str) -> str:
    """Without control characters; line ends as `\\n`."""
    if text.isprintable():
        return text
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def split_escaped(value: str, separator: str) -> list[str]:
    """Cut at each `separator` that is not escaped; the parts are still escaped."""
    if "\\" not in value:
        return value.split(separator)
    hidden = value.replace("\\\\", "\x00").replace("\\" + separator, "\x01")
    return [part.replace("\x01", "\\" + separator).replace("\x00", "\\\\") for part in hidden.split(separator)]


def components(value: str) -> list[str]:
    """The parts of a structured value (N, ADR, ORG), unescaped and trimmed."""
    if "\\" not in value:
        return [part.strip() for part in value.split(";")]
    return [unescape(part).strip() for part in split_escaped(value, ";")]


def listed(value: str) -> list[str]:
    """The members of a list (NICKNAME, CATEGORIES), unescaped, trimmed, without empty ones."""
    return [text for part in split_escaped(value, ",") if (text := unescape(part).strip())]


def one_line(text: str) -> str:
    """Without line ends, tabs and doubled blanks; an ideographic or no-break space is what somebody meant."""
    if "\n" in text or "\t" in text or "  " in text:
        text = _BLANKS.sub(" ", text)
    return text.strip()


def name_part(escaped: str, *, joint: str) -> str:
    """One component of N or ADR: `Philip,Paul` is a list there, `Jr., Esq.` what somebody typed."""
    if "," not in escaped:
        return unescape(escaped).strip()
    text = ""
    for part in split_escaped(escaped, ","):
        if part.strip():
            text += ("," if part[0] == " " else joint) + part if text else part
    return unescape(text).strip()


def parse_date(value: str, *, omitted_year: str = "") -> PartialDate | None:
    """A day in any form that vCards write it, or None for anything else ("circa 1800").

    `omitted_year` is the year that stands for "unknown" (X-APPLE-OMIT-YEAR).
    """
    text = value.strip()
    match = _DATE.fullmatch(text) or _LOOSE_DATE.fullmatch(text)
    if match is None:
        return None
    found = match.groupdict()
    year = found.get("only_year") or found.get("year")
    day = found.get("only_day") or found.get("day")
    if year and (year == omitted_year or (int(year) == APPLE_NO_YEAR and omitted_year)):
        year = None
    result = PartialDate(
        year=int(year) if year else None,
        month=int(found["month"]) if found.get("month") else None,
        day=int(day) if day else None,
    )
    try:
        date(
            2000 if result.year is None else result.year,  # a leap year
            1 if result.month is None else result.month,
            1 if result.day is None else result.day,
        )
    except ValueError:
        return None
    return result


def format_date(day: PartialDate) -> str:
    """RFC 6350's shortened forms; whole days with hyphens, which all programs read."""
    if day.year is not None and day.month is not None and day.day is not None:
        return f"{day.year:04}-{day.month:02}-{day.day:02}"
    if day.year is not None:
        return f"{day.year:04}" if day.month is None else f"{day.year:04}-{day.month:02}"
    if day.month is not None:
        return f"--{day.month:02}" if day.day is None else f"--{day.month:02}{day.day:02}"
    return "" if day.day is None else f"---{day.day:02}"


def to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> object:
    """The value, or None where it is not JSON (somebody else's file, or one edited by hand)."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
