"""One cell of a table: text to value and back, for CSV and SQL.

`pack_*` writes, `unpack_*` reads; `unpack(pack(value)) == value` for every value. What other programs write
(dates in many notations, lists split in many ways) is read by the `read_*` functions.
"""

from __future__ import annotations

import json
import re
from datetime import date
from typing import NoReturn

from .records import PartialDate

# What a spreadsheet would run, or cut a "+" off: a sign, an at sign, a control character, also behind blanks.
_RUNS = re.compile(r"'*\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_DEFUSED = re.compile(r"'+\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")

_YES = frozenset({"1", "yes", "y", "true", "t", "x", "ja", "да", "так", "on", "wahr", "истина"})

_PARTIAL = re.compile(
    r"(?:(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?)?"
    r"|--(?P<month2>\d{1,2})(?:-?(?P<day2>\d{2}))?"
    r"|---(?P<day3>\d{1,2})"
    r"|(?P<year4>\d{4})--(?P<day4>\d{1,2}))\Z"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})\Z")
_NUMERIC = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})?\Z")
_SLASHED_ISO = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})\Z")
_TIME = re.compile(r"(?:[T ]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2}|[AaPp][Mm])?)\Z")


def defuse(text: str) -> str:
    """`text` so that a spreadsheet shows it and never runs it; `undefuse` gives it back exactly."""
    return "'" + text if _RUNS.match(text) else text


def undefuse(text: str) -> str:
    """`text` without the apostrophe that `defuse` put before it."""
    return text[1:] if text[:1] == "'" and _DEFUSED.match(text) else text


def bare(text: str) -> str:
    """A cell of another program without blanks around it, and without the `="..."` that keeps Excel's zeros."""
    text = text.strip()
    return text[2:-1].strip() if text[:2] == '="' and text[-1:] == '"' and len(text) > 2 else text


def pack_bool(value: bool) -> str:
    return "yes" if value else ""


def read_bool(text: str) -> bool:
    return text.strip().casefold() in _YES


def pack_partial(value: PartialDate | None) -> str:
    """ISO 8601 as far as the date is known: `1978-04-15`, `1978-04`, `1978`, `--04-15`, `--04`, `---15`."""
    if value is None:
        return ""
    year, month, day = value.year, value.month, value.day
    if year is not None:
        if month is None:
            return f"{year:04d}" + (f"--{day:02d}" if day is not None else "")
        return f"{year:04d}-{month:02d}" + (f"-{day:02d}" if day is not None else "")
    if month is not None:
        return f"--{month:02d}" + (f"-{day:02d}" if day is not None else "")
    return f"---{day:02d}" if day is not None else ""


def read_partial(text: str, *, day_first: bool = False) -> PartialDate | None:
    """A date in any common notation, or None where it is no date.

    `4/15/1978` is read as programs of the United States write it unless `day_first`, or unless that makes no date.
    """
    text = _TIME.sub("", text.strip())
    if found := _PARTIAL.match(text):
        part = {name.rstrip("234"): int(value) for name, value in found.groupdict().items() if value}
        return _checked(part.get("year"), part.get("month"), part.get("day"))
    if found := _COMPACT.match(text) or _SLASHED_ISO.match(text):
        return _checked(int(found[1]), int(found[2]), int(found[3]))
    if not (found := _NUMERIC.match(text)):
        return None
    first, second = int(found[1]), int(found[3])
    year = int(found[4]) if found[4] else None
    if year is not None and len(found[4]) == 2:
        year += 1900 if year > 30 else 2000
    if second > 12 or (found[2] == "/" and not day_first and first <= 12):
        first, second = second, first
    return _checked(year, second, first)


def is_day_first(samples: list[str]) -> bool:
    """Whether dates such as `15/04/1978` among `samples` show that the day stands first."""
    return any((found := _NUMERIC.match(_TIME.sub("", text.strip()))) and int(found[1]) > 12 for text in samples)


def _checked(year: int | None, month: int | None, day: int | None) -> PartialDate | None:
    if year == 0 or (month is not None and not 1 <= month <= 12) or (day is not None and not 1 <= day <= 31):
        return None
    if month and day:
        try:
            date(year or 2000, month, day)
        except ValueError:
            return None
    return PartialDate(year, month, day) if year or month or day else None


def read_date(text: str) -> date | None:
    """A whole day, or None."""
    found = read_partial(text)
    if found is None or found.year is None or found.month is None or found.day is None:
        return None
    return date(found.year, found.month, found.day)


def pack_list(values: list[str]) -> str:
    """Values joined by `;`; as JSON where they could not be told apart again."""
    joined = ";".join(values)
    return joined if unpack_list(joined) == values else json.dumps(values, ensure_ascii=False)


def unpack_list(text: str) -> list[str]:
    if text.startswith("["):
        try:
            values = json.loads(text)
        except ValueError:
            return text.split(";")
        if isinstance(values, list) and all(isinstance(value, str) for value in values):
            return values
    return text.split(";") if text else []


def read_list(text: str) -> list[str]:
    """The values of a cell of any program: `a ::: b`, `a;b`, `a, b`, one a line, or a PostgreSQL array."""
    text = text.strip()
    if text.startswith("["):
        return [value.strip() for value in unpack_list(text) if value.strip()]
    if text.startswith("{") and text.endswith("}"):
        return [value.strip(' "') for value in text[1:-1].split(",") if value.strip(' "')]
    for mark in (" ::: ", ";", "\n", "|", ","):
        if mark in text:
            return [value.strip() for value in text.split(mark) if value.strip()]
    return [text] if text else []


def pack_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def unpack_json(text: str) -> object:
    """The value of a JSON text; raises ValueError for anything else, `NaN` too."""
    return json.loads(text, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def pack_any(value: object) -> str:
    """The value of a custom field: text as it is, anything else (and text that looks like it) as JSON."""
    if isinstance(value, str) and value and value == unpack_any(value):
        return value
    return pack_json(value)


def unpack_any(text: str) -> object:
    if text[:1] in '"{[-0123456789tfn':
        try:
            return unpack_json(text)
        except ValueError:
            return text
    return text
