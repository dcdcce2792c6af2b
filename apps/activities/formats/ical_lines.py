"""The lines of an iCalendar file (RFC 5545, 3.1): unfolded, cut into components, none of which spoils another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from charset_normalizer import from_bytes
from icalendar.parser import Contentline

LONGEST = 100_000  # letters of one line that is read; longer ones are pictures and the like
MOST = 5000  # components of a file
_TAKEN = ("VEVENT", "VTODO", "VTIMEZONE")


@dataclass(slots=True)
class Property:
    value: str
    params: dict[str, Any]
    line: int


@dataclass(slots=True)
class Component:
    """A VEVENT, VTODO or VTIMEZONE; `unread` tells the numbers of lines that make no sense, by how they begin."""

    name: str
    line: int
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
    for number, line in unfolded(decoded(data)):
        name, _colon, value = line.partition(":")
        upper = name.strip().upper()
        if upper == "BEGIN":
            kind = value.strip().upper()
            stack.append(kind)
            found.has_calendar |= kind == "VCALENDAR"
            if kind in _TAKEN and current is None:
                if len(found.components) >= MOST:
                    found.too_many = True
                    break
                current = Component(kind, number, [line])
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
        elif current.name == "VTIMEZONE":
            current.lines.append(line)
        elif stack and stack[-1] == current.name:
            _read(current, number, line)
    return found


def decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",):
        try:
            return data.decode(encoding).replace("\x00", "")
        except UnicodeDecodeError:
            continue
    guess = from_bytes(data[:100_000]).best()
    return data.decode(guess.encoding if guess else "latin-1", "replace").replace("\x00", "")


def unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Lines with the number of the first of each; a line that begins with a blank goes on from the one before."""
    parts: list[str] = []
    begun, length = 0, 0
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        if line[:1] in (" ", "\t") and parts:
            length += len(line)
            if length <= LONGEST:
                parts.append(line[1:])
            continue
        if parts and any(parts):
            yield begun, "".join(parts)
        parts, begun, length = [line[:LONGEST]], number, len(line)
    if parts and any(parts):
        yield begun, "".join(parts)


def _read(component: Component, number: int, line: str) -> None:
    head = line.replace(";", ":").partition(":")[0].strip().upper()[:40]
    if head.startswith("X-") or head in ("ATTACH", "STRUCTURED-DATA") or len(line) >= LONGEST:
        return
    try:
        name, params, value = Contentline(line).parts()  # type: ignore[no-untyped-call]  # the library's
    except ValueError:
        component.unread.setdefault(head, number)
        return
    known = {str(key).upper(): each for key, each in params.items()}
    component.properties.setdefault(name.upper(), []).append(Property(str(value), known, number))
