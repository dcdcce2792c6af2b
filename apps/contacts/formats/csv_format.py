"""CSV (RFC 4180 and what programs make of it) to cards; `csv_write` is the way back.

Python's csv module splits the records, in its strict mode: a record whose quotes don't close is rejected alone,
and reading goes on with the line after its first.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from django.utils.translation import gettext as _

from . import cells
from .csv_sniff import CsvDialect, name_columns, sniff
from .csv_write import Widths, widths_of, write
from .lines import LINE_LIMIT, Lines, LongLine
from .mapping import RowMapper, guess_mapping
from .records import Card, ReadOptions, Rejected, Skipped
from .text import peek

__all__ = ["CsvDialect", "CsvPreview", "Row", "Widths", "name_columns", "preview", "read", "read_rows", "sniff"]
__all__ += ["widths_of", "write"]

EXCERPT = 500
_HEAD = 64 * 1024


@dataclass(slots=True)
class Row:
    """A data row that isn't blank: its 1-based place, the line it begins on, its cells without defusing marks."""

    index: int
    line: int
    cells: list[str]


@dataclass(slots=True)
class CsvPreview:
    """What the preview page shows. `mapping` is the person's choice over the guess."""

    dialect: CsvDialect
    header: list[str]
    rows: list[list[str]] = field(default_factory=list)
    mapping: dict[str, str] = field(default_factory=dict)


class _Feed:
    """Hands lines to the csv reader and remembers those of the record under way."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self.held: list[tuple[int, str]] = []
        self._size = 0

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        numbered = next(self._lines)
        self.held.append(numbered)
        self._size += len(numbered[1])
        if self._size > LINE_LIMIT:
            raise csv.Error("a quote is opened and not closed")
        return numbered[1]

    def begin(self) -> None:
        self.held.clear()
        self._size = 0


def read(
    stream: BinaryIO, options: ReadOptions, custom_fields: dict[str, str] | None = None
) -> Iterator[Card | Rejected | Skipped]:
    """The cards of a CSV file. `options.mapping` overrules the guess column by column.

    `custom_fields` are the labels of the custom fields by key, so that columns named so find them. Raises
    UnreadableFile where there is nothing to read.
    """
    head, stream = peek(stream, _HEAD)
    dialect = sniff(head, options)
    mapping = _mapping(dialect, options, custom_fields)
    mapper = RowMapper(dialect.header, mapping, dialect.sample)
    for row in _rows(stream, dialect, head):
        yield row if isinstance(row, Rejected) else mapper.card(row.cells, row.index)


def read_rows(stream: BinaryIO, options: ReadOptions) -> Iterator[Row | Rejected]:
    """The data rows as they stand, without the header and without blank rows."""
    head, stream = peek(stream, _HEAD)
    return _rows(stream, sniff(head, options), head)


def preview(
    stream: BinaryIO, options: ReadOptions, rows: int = 20, custom_fields: dict[str, str] | None = None
) -> CsvPreview:
    """The guessed dialect and mapping and the first rows."""
    head, stream = peek(stream, _HEAD)
    dialect = sniff(head, options)
    found = CsvPreview(dialect, dialect.header, mapping=_mapping(dialect, options, custom_fields))
    for row in _rows(stream, dialect, head):
        if len(found.rows) >= rows:
            break
        if isinstance(row, Row):
            found.rows.append(row.cells)
    return found


def _mapping(dialect: CsvDialect, options: ReadOptions, custom_fields: dict[str, str] | None) -> dict[str, str]:
    guess = guess_mapping(dialect.header, dialect.sample, custom_fields, has_header=dialect.has_header)
    return guess | {column: target for column, target in options.mapping.items() if column in guess}


def _rows(stream: BinaryIO, dialect: CsvDialect, head: bytes) -> Iterator[Row | Rejected]:
    csv.field_size_limit(LINE_LIMIT)
    lines = Lines(stream, dialect.encoding, head=head)
    feed = _Feed(lines)
    reader = csv.reader(
        feed, delimiter=dialect.delimiter, quotechar=dialect.quotechar, escapechar=dialect.escapechar,
        doublequote=dialect.escapechar is None, skipinitialspace=dialect.skip_blanks, strict=True,
    )  # fmt: skip
    skip = int(dialect.has_mark) + int(dialect.has_header and bool(dialect.header))
    index = 0
    held = feed.held
    undefuse = cells.undefuse
    while True:
        feed.begin()
        try:
            row = next(reader)
        except StopIteration:
            return
        except LongLine:
            lines.give_back(held[1:])
            index += 1
            first = held[0] if held else (lines.number, "")
            reason = _("The line is longer than %(limit)s characters.") % {"limit": f"{LINE_LIMIT:,}"}
            yield Rejected(index, reason, first[1][:EXCERPT], first[0])
            continue
        except csv.Error as error:
            lines.give_back(held[1:])
            index += 1
            yield Rejected(index, _reason(error), held[0][1][:EXCERPT].rstrip("\r\n"), held[0][0])
            continue
        if skip:
            skip -= 1 if any(row) else 0
            continue
        if any(row) and (len(row) > 1 or row[0].strip()) and not all(not cell or cell.isspace() for cell in row):
            index += 1
            yield Row(index, held[0][0], [undefuse(cell) if cell[:1] == "'" else cell for cell in row])


def _reason(error: csv.Error) -> str:
    text = str(error)
    if "new-line" in text:
        return _("A line break stands in the middle of a cell that has no quotes.")
    if "field larger" in text:
        return _("A cell is longer than %(limit)s characters.") % {"limit": f"{LINE_LIMIT:,}"}
    return _("The quotes of this record don't match: one is opened and not closed, or stands inside a quoted cell.")
