"""LDIF (RFC 2849): entries in, as they stand or as cards; `ldif_write` is the way back.

Nothing that a file names is ever opened: a value given as an address (`:<`) is kept as other data with the
reason. Change records are never applied, in whole or in part.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from django.utils.translation import gettext as _

from . import ldif_cards
from .ldif_entries import Attribute, ChangeRecord, Entry
from .ldif_write import write
from .lines import LINE_LIMIT, Lines, LongLine
from .records import Card, ReadOptions, Rejected, Skipped, UnreadableFile
from .text import guess_encoding, known_encoding, peek

__all__ = ["Attribute", "ChangeRecord", "Entry", "read", "read_entries", "write"]

CHANGE = "change record"
_EXCERPT = 500
_RECORD_LIMIT = 2 * LINE_LIMIT
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(?:;[\w.-]+)*\Z")
# Windows writes a whole directory out as additions (ldifde); beside other changes they are changes like those.
_OTHER_CHANGES = re.compile(rb"^changetype:[ \t]*(?!add\b)\w", re.IGNORECASE | re.MULTILINE)
# What ldapsearch prints beside the entries.
_SEARCH_NOTES = frozenset(("search", "result", "ref", "matcheddn", "control"))


@dataclass(slots=True)
class _Record:
    """The logical lines between two blank lines, each with the number of its first physical line."""

    lines: list[tuple[int, list[str]]] = field(default_factory=list)
    size: int = 0
    fault: str = ""

    @property
    def excerpt(self) -> str:
        return "\n".join("".join(parts) for _, parts in self.lines)[:_EXCERPT]

    @property
    def line(self) -> int | None:
        return self.lines[0][0] if self.lines else None


class _Fault(Exception):
    """Why a record can't be read, in a person's words."""


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Card | Rejected | Skipped]:
    """People, organisations and organisational units as cards; other entries and change records are skipped.

    A file that consists of additions alone is an export, and its additions are entries.
    """
    for record in read_entries(stream, options):
        if isinstance(record, Rejected):
            yield record
        elif isinstance(record, ChangeRecord):
            yield Skipped(record.index, CHANGE)
        else:
            yield ldif_cards.card_of(record)


def read_entries(stream: BinaryIO, options: ReadOptions) -> Iterator[Entry | ChangeRecord | Rejected]:
    """The entries as they stand, in order; what is no entry is told as such."""
    head, stream = peek(stream, 64 * 1024)
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        raise UnreadableFile(_("The file is empty."))
    encoding = options.encoding if known_encoding(options.encoding) else guess_encoding(head)
    adds_are_entries = _OTHER_CHANGES.search(head) is None
    index = 0
    for record in _records(Lines(stream, encoding, head=head)):
        if record.lines and "".join(record.lines[0][1]).replace(" ", "").lower() == "version:1":
            del record.lines[0]
        if not record.lines and not record.fault:
            continue
        made: Entry | ChangeRecord | Rejected | None
        try:
            made = _entry(record, index + 1, adds_are_entries=adds_are_entries)
        except _Fault as fault:
            made = Rejected(index + 1, str(fault), record.excerpt, record.line)
        if made is not None:
            index += 1
            yield made


def _records(lines: Lines) -> Iterator[_Record]:
    record = _Record()
    in_comment = False
    while True:
        try:
            number, line = next(lines)
        except StopIteration:
            break
        except LongLine:
            record.fault = _("A line is longer than %(limit)s characters.") % {"limit": f"{LINE_LIMIT:,}"}
            continue
        line = line.rstrip("\r\n")
        if not line:
            if record.lines or record.fault:
                yield record
            record, in_comment = _Record(), False
        elif line[0] == " ":
            if not in_comment and record.lines and not record.fault:
                record.lines[-1][1].append(line[1:])
                record.size += len(line)
        elif line[0] == "#":
            in_comment = True
        else:
            in_comment = False
            if not record.fault:
                record.lines.append((number, [line]))
                record.size += len(line)
        if record.size > _RECORD_LIMIT:
            record.fault = _("The entry is longer than %(limit)s characters.") % {"limit": f"{_RECORD_LIMIT:,}"}
            del record.lines[1:]
            record.size = 0
    if record.lines or record.fault:
        yield record


def _entry(record: _Record, index: int, *, adds_are_entries: bool) -> Entry | ChangeRecord | None:
    if record.fault:
        raise _Fault(record.fault)
    texts = [(number, "".join(parts)) for number, parts in record.lines]
    first = _attribute(*texts[0])
    if first.name in _SEARCH_NOTES and all(_attribute(*text).name in _SEARCH_NOTES for text in texts):
        return None
    if first.name != "dn":
        raise _Fault(_('The entry begins with "%(start)s" and not with "dn:".') % {"start": texts[0][1][:40]})
    if first.url:
        raise _Fault(_("The entry's name is given as an address, which is never opened."))
    dn = first.text
    for place, (_line, text) in enumerate(texts[1:], 1):
        lowered = text[:20].lower()
        if lowered.startswith("changetype:"):
            change = text.split(":", 1)[1].strip().lower()
            if change != "add" or not adds_are_entries:
                return ChangeRecord(index, texts[0][0], dn, change)
            del texts[place]
            break
        if not lowered.startswith("control:"):
            break
    return Entry(index, texts[0][0], dn, [_attribute(*text) for text in texts[1:]])


def _attribute(number: int, text: str) -> Attribute:
    name, colon, value = text.partition(":")
    name = name.rstrip()
    if not colon or not _NAME.match(name):
        raise _Fault(_('Line %(number)s is no attribute: "%(text)s".') % {"number": number, "text": text[:40]})
    base, *options = name.lower().split(";")
    if value[:1] == ":":
        try:
            return Attribute(base, tuple(options), base64.b64decode("".join(value[1:].split()), validate=True))
        except (binascii.Error, ValueError):
            fault = _('The value of "%(name)s" in line %(number)s is no valid base64.')
            raise _Fault(fault % {"name": name, "number": number}) from None
    if value[:1] == "<":
        return Attribute(base, tuple(options), b"", value[1:].strip())
    return Attribute(base, tuple(options), value.lstrip(" ").encode())
