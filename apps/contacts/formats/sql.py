"""SQL dumps to cards: INSERT and COPY of MySQL, PostgreSQL and SQLite, read and never run; `write` is the way back."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO

from django.utils.translation import gettext as _

from .mapping import RowMapper, guess_mapping, score
from .records import Card, ReadOptions, Rejected, Skipped, UnreadableFile
from .sql_join import cards_of, is_own
from .sql_own import MARK, write
from .sql_scan import Scanner, SqlFault, SqlRow
from .text import open_text

__all__ = ["SqlPreview", "SqlTable", "dialect_of", "preview", "read", "write"]

_SAMPLE_ROWS = 40
_HEAD = 256 * 1024


@dataclass(slots=True)
class SqlTable:
    """A table of the dump: its columns, its first rows, how many rows it has."""

    name: str
    columns: list[str]
    rows: list[list[str]] = field(default_factory=list)
    count: int = 0


@dataclass(slots=True)
class SqlPreview:
    """What the preview page shows. `table` is the one that looks most like contacts, unless a person chose one;
    `is_own` says that the tables are ours and will be joined, so that there is nothing to map."""

    dialect: str
    tables: dict[str, SqlTable]
    table: str = ""
    mapping: dict[str, str] = field(default_factory=dict)
    is_own: bool = False


def read(
    stream: BinaryIO, options: ReadOptions, custom_fields: dict[str, str] | None = None
) -> Iterator[Card | Rejected | Skipped]:
    """The cards of one table of the dump (`options.table`, else the likeliest), or of all tables of our own dump."""
    with _seekable(stream) as whole:
        found = preview(whole, options, custom_fields=custom_fields)
        if found.is_own and not options.table:
            yield from cards_of(_scan(whole, options, found.dialect))
            return
        table = found.tables[found.table]
        mapper = RowMapper(table.columns, found.mapping, table.rows, raw_name="X-SQL")
        for row in _scan(whole, options, found.dialect, found.table):
            if isinstance(row, SqlFault):
                if row.table == found.table:
                    yield Rejected(row.index, row.reason, row.excerpt, row.line)
            else:
                yield mapper.card(_texts(row), row.index)


def preview(
    stream: BinaryIO, options: ReadOptions, rows: int = 20, custom_fields: dict[str, str] | None = None
) -> SqlPreview:
    """The tables of the dump with their first rows, and the guess which is to be read and how.

    Raises UnreadableFile where no row is found at all.
    """
    with _seekable(stream) as whole:
        return _survey(whole, options, max(rows, _SAMPLE_ROWS), custom_fields)


def dialect_of(head: str) -> str:
    """Whose dump it is, in sqlglot's words; `sqlite` stands for plain SQL."""
    if MARK in head or "NO_BACKSLASH_ESCAPES" in head:
        return "sqlite"
    if re.search(r"(?:MySQL|MariaDB) dump|ENGINE\s*=|phpMyAdmin|(?:INTO|TABLE|EXISTS)\s+`", head, re.IGNORECASE):
        return "mysql"
    if re.search(r"PostgreSQL database dump|pg_catalog|\bFROM stdin\b|[(, ]E'|'::\w", head):
        return "postgres"
    if re.search(r"\[dbo\]|^GO\s*$|\bN'", head, re.MULTILINE):
        return "tsql"
    if re.search(r"^PRAGMA |sqlite_sequence|^BEGIN TRANSACTION;", head, re.MULTILINE):
        return "sqlite"
    return "mysql" if re.search(r"\\'\w", head) else "sqlite"


def _survey(whole: BinaryIO, options: ReadOptions, rows: int, custom_fields: dict[str, str] | None) -> SqlPreview:
    whole.seek(0)
    head = open_text(whole, options.encoding).read(_HEAD)
    if not head.strip():
        raise UnreadableFile(_("The file is empty."))
    found = SqlPreview(dialect_of(head), {})
    tables = found.tables
    counts: dict[str, int] = {}

    def wanted(table: str, index: int) -> bool:
        counts[table] = index
        return index <= rows

    whole.seek(0)
    for row in Scanner(open_text(whole, options.encoding), found.dialect, wanted):
        if isinstance(row, SqlRow):
            table = tables.setdefault(row.table, SqlTable(row.table, list(row.columns)))
            if list(row.columns) == table.columns:
                table.rows.append(_texts(row))
    for name, table in tables.items():
        table.count = counts[name]
    if not tables:
        raise UnreadableFile(_("No INSERT statement with values was found in this file."))
    found.is_own = is_own({name: table.columns for name, table in tables.items()})
    if options.table and options.table not in tables:
        raise UnreadableFile(_('The file has no table "%(name)s".') % {"name": options.table})
    guesses = {name: guess_mapping(table.columns, table.rows, custom_fields) for name, table in tables.items()}
    found.table = options.table or max(tables, key=lambda name: (score(guesses[name]), tables[name].count))
    guess = guesses[found.table]
    found.mapping = guess | {column: target for column, target in options.mapping.items() if column in guess}
    return found


def _scan(whole: BinaryIO, options: ReadOptions, dialect: str, table: str = "") -> Iterator[SqlRow | SqlFault]:
    whole.seek(0)
    text = open_text(whole, options.encoding)
    return iter(Scanner(text, dialect, lambda name, index: not table or name == table))


def _texts(row: SqlRow) -> list[str]:
    return ["" if value is None else value for value in row.values]


@contextmanager
def _seekable(stream: BinaryIO) -> Iterator[BinaryIO]:
    """The stream, or a copy of it on disk where it can be read only once."""
    if stream.seekable():
        yield stream
        return
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(stream, copy)
        yield copy
