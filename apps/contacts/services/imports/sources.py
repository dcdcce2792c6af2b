"""Files on their way in: opened, told apart by what is in them, read record by record in little memory."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from django.utils.translation import gettext as _

from apps.contacts.formats import csv_format, ldif, sql, vcard
from apps.contacts.formats.archive import MAX_RATIO
from apps.contacts.formats.detect import HEAD_SIZE, detect_format, is_archive, open_archive
from apps.contacts.formats.records import Card, ReadOptions, Rejected, Skipped, UnreadableFile

FORMATS = ("vcard", "csv", "ldif", "sql")
_ENDINGS = frozenset({"", ".vcf", ".vcard", ".csv", ".tsv", ".txt", ".tab", ".ldif", ".ldi", ".sql", ".dump"})

Record = Card | Rejected | Skipped
CustomLabels = dict[str, str]


@dataclass(slots=True)
class Source:
    """One file: by itself or within an archive. `open` gives its bytes from the beginning, as often as wanted."""

    name: str
    open: Callable[[], AbstractContextManager[BinaryIO]]
    format: str = ""
    options: ReadOptions = field(default_factory=ReadOptions)


def read(source: Source, custom_fields: CustomLabels | None = None) -> Iterator[Record]:
    """The records of `source`. Raises UnreadableFile where nothing at all can be made of it."""
    with source.open() as stream:
        kind = source.format or format_of(source)
        if kind == "csv":
            yield from csv_format.read(stream, source.options, custom_fields)
        elif kind == "sql":
            yield from sql.read(stream, source.options, custom_fields)
        else:
            yield from (vcard if kind == "vcard" else ldif).read(stream, source.options)


def format_of(source: Source) -> str:
    """vcard, csv, ldif or sql, by the content and, where that leaves it open, the name. Raises UnreadableFile."""
    with source.open() as stream:
        return detect_format(stream.read(HEAD_SIZE), source.name)


def count_records(source: Source) -> int:
    """About how many records there are, for the bar: marks are counted, nothing is read in earnest."""
    kind = source.format or format_of(source)
    marks = {"vcard": b"BEGIN:VCARD", "csv": b"\n", "ldif": b"\ndn:", "sql": b"),"}
    mark = marks[kind]
    found, rest = 0, b""
    with source.open() as stream:
        while chunk := stream.read(1 << 20):
            data = rest + chunk
            found += data.upper().count(mark) if kind == "vcard" else data.count(mark)
            rest = data[-len(mark) + 1 :] if len(mark) > 1 else b""
    return max(found, 1)


def from_path(path: Path, *, name: str = "", format: str = "") -> list[Source]:
    """A file on disk as sources: one, or those of the archive that it is. Raises UnreadableFile, OSError."""
    shown = name or path.name
    with path.open("rb") as stream:
        if not is_archive(stream.read(HEAD_SIZE), shown):
            return [Source(shown, partial(_opened, path), format)]
        stream.seek(0)
        _refuse_bomb(stream)
        names = [inside for inside, _ in open_archive(stream)]
    found: dict[str, Source] = {}
    for place, inside in enumerate(names):
        if PurePosixPath(inside).suffix.lower() in _ENDINGS:
            unique = f"{place + 1}-{inside}" if inside in found else inside
            found[unique] = Source(unique, partial(_member, path, place), format)
    if not found:
        raise UnreadableFile(_("There is no file with contacts in this archive."))
    return list(found.values())


def _refuse_bomb(stream: BinaryIO) -> None:
    """Refuse what the archive itself says is packed far too tightly; one that lies is found out while it is read."""
    try:
        members = zipfile.ZipFile(stream).infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnreadableFile(_("The archive is damaged and can't be opened.")) from error
    if any(each.file_size > (1 << 20) and each.file_size > MAX_RATIO * max(each.compress_size, 1) for each in members):
        raise UnreadableFile(_("The archive unpacks to far more than it may. Unpack it and import the files in it."))
    stream.seek(0)


def _opened(path: Path) -> AbstractContextManager[BinaryIO]:
    return path.open("rb")


@contextmanager
def _member(path: Path, wanted: int) -> Iterator[BinaryIO]:
    with path.open("rb") as packed:
        for place, (_name, stream) in enumerate(open_archive(packed)):
            if place == wanted:
                yield stream
                return
