"""The lines of an iCalendar file (RFC 5545, 3.1): unfolded, cut into components, none of which spoils another."""

from __future__ import annotations

import codecs
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from charset_normalizer import from_bytes
from icalendar.parser import Contentline

LONGEST = 100_000  # bytes of one line that is read; longer ones are pictures and the like
MOST = 5000  # components of a file
_TAKEN = ("VEVENT", "VTODO", "VTIMEZONE")
_ALL_DAY = "X-MICROSOFT-CDO-ALLDAYEVENT"  # Exchange writes midnights beside it where others write dates
_QUOTED_PRINTABLE = re.compile(rb"[^:]*;(?:ENCODING=)?QUOTED-PRINTABLE[;:]", re.IGNORECASE)
# A zone's name with a colon or comma in it, which should stand in quotes: TZID=(UTC+01:00) Paris, Rome:20261105T100000
_BARE_ZONE = re.compile(
    r'([A-Z-]+;(?:VALUE=[A-Z-]+;)?TZID=)([^";]{1,100})((?:;VALUE=[A-Z-]+)?:\d{8}[^":]*)', re.IGNORECASE | re.ASCII
)


@dataclass(slots=True)
class Property:
    value: str
    params: dict[str, str]
    line: int


@dataclass(slots=True)
class Component:
    """A VEVENT, VTODO or VTIMEZONE; `unread` tells the numbers of lines that make no sense, by how they begin.

    `zone` is what its calendar says of times that name none (X-WR-TIMEZONE).
    """

    name: str
    line: int
    zone: str = ""
    lines: list[str] = field(default_factory=list)
    properties: dict[str, list[Property]] = field(default_factory=dict)
    unread: dict[str, int] = field(default_factory=dict)
    is_whole: bool = False

    def first(self, name: str) -> Property | None:
        found = self.properties.get(name)
        return found[0] if found else None

    def text(self, name: str) -> str:
        found = self.first(name)
        return found.value.strip() if found else ""  # Contentline has taken the backslashes away

    @property
    def has_whole_days(self) -> bool:
        return self.text(_ALL_DAY).upper() == "TRUE"


@dataclass(slots=True)
class Cut:
    method: str = ""
    components: list[Component] = field(default_factory=list)
    too_many: bool = False
    has_calendar: bool = False


def cut(data: bytes) -> Cut:
    """Cut a file into its meetings, tasks and time zones; alarms and what else stands inside them are left aside."""
    found = Cut()
    stack: list[str] = []
    current: Component | None = None
    zone = ""
    for number, line in unfolded(data):
        name, _colon, value = line.partition(":")
        upper = name.strip().upper()
        if upper == "BEGIN":
            kind = value.strip().upper()
            stack.append(kind)
            if kind == "VCALENDAR":
                found.has_calendar, zone = True, ""
            if kind in _TAKEN and current is None:
                if len(found.components) >= MOST:
                    found.too_many = True
                    break
                current = Component(kind, number, zone, [line])
                found.components.append(current)
            elif current is not None and current.name == "VTIMEZONE":
                current.lines.append(line)
        elif upper == "END":
            kind = value.strip().upper()
            while stack and stack.pop() != kind:
                pass
            if current is not None and current.name == "VTIMEZONE":
                current.lines.append(line)
            if current is not None and kind in (current.name, "VCALENDAR"):
                current.is_whole = kind == current.name
                current = None
        elif current is None:
            if upper == "METHOD" and not found.method:
                found.method = value.strip().upper()[:20]
            elif upper.partition(";")[0] == "X-WR-TIMEZONE":
                zone = value.strip()[:80]
        elif current.name == "VTIMEZONE":
            current.lines.append(line)
        elif stack and stack[-1] == current.name:
            _read(current, number, line)
    return found


def unfolded(data: bytes) -> Iterator[tuple[int, str]]:
    """Lines with the number of the first of each; a line that begins with a blank goes on from the one before.

    Folds are taken out before letters are made of bytes: some programs fold in the middle of a letter.
    """
    data = _without_wide_letters(data).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    encoding = _encoding_of(data)
    for number, line in _unfolded(data):
        yield number, line.decode(encoding, "replace")


def _without_wide_letters(data: bytes) -> bytes:
    """UTF-16 as UTF-8, so that ends of lines are single bytes."""
    wide = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16", b"B\0": "utf-16-le", b"\0B": "utf-16-be"}
    if encoding := wide.get(data[:2]):
        data = data.decode(encoding, "replace").encode("utf-8", "replace")
    return data.removeprefix(codecs.BOM_UTF8).replace(b"\0", b"")


def _encoding_of(data: bytes) -> str:
    try:
        data.replace(b"\n ", b"").replace(b"\n\t", b"").decode("utf-8")
    except UnicodeDecodeError:
        guess = from_bytes(data[:100_000]).best()
        return guess.encoding if guess and not guess.encoding.startswith("utf") else "latin-1"
    return "utf-8"


def _unfolded(data: bytes) -> Iterator[tuple[int, bytes]]:
    parts: list[bytes] = []
    begun, length, is_soft = 0, 0, False
    for number, line in enumerate(data.split(b"\n"), 1):
        if parts and (is_soft or line[:1] in (b" ", b"\t")):
            length += len(line)
            if length <= LONGEST and is_soft:
                parts[-1:] = [parts[-1].removesuffix(b"="), line]
            elif length <= LONGEST:
                parts.append(line[1:])
            is_soft = is_soft and line.endswith(b"=")
            continue
        if parts and any(parts):
            yield begun, b"".join(parts)
        parts, begun, length = [line[:LONGEST]], number, len(line)
        is_soft = line.endswith(b"=") and _QUOTED_PRINTABLE.match(line) is not None  # vCalendar 1.0, 2.1.3
    if parts and any(parts):
        yield begun, b"".join(parts)


def _read(component: Component, number: int, line: str) -> None:
    head = line.replace(";", ":").partition(":")[0].strip().upper()[:40]
    if head != _ALL_DAY and (head.startswith("X-") or head in ("ATTACH", "STRUCTURED-DATA") or len(line) >= LONGEST):
        return
    if bare := _BARE_ZONE.fullmatch(line):
        line = f'{bare[1]}"{bare[2]}"{bare[3]}'
    try:
        name, params, value = Contentline(line).parts()  # type: ignore[no-untyped-call]  # the library's
    except ValueError:
        component.unread.setdefault(head, number)
        return
    known = {str(key).upper(): _one(each) for key, each in params.items()}
    text = str(value)
    if _QUOTED_PRINTABLE.match(line.encode()):
        text = _printable(text, known.get("CHARSET", ""))
    component.properties.setdefault(name.upper(), []).append(Property(text, known, number))


def _one(value: object) -> str:
    """A parameter as it stands: one with a comma in it that should be in quotes comes in pieces."""
    return ",".join(str(each) for each in value) if isinstance(value, list) else str(value)


def _printable(text: str, charset: str) -> str:
    """Of vCalendar 1.0, as phones still write it."""
    data = quopri.decodestring(text.encode())
    try:
        return data.decode(charset or "utf-8")
    except (LookupError, UnicodeDecodeError):
        return data.decode("utf-8", "replace")
