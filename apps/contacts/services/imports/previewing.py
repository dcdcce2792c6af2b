"""What the preview page shows of each file before anything is imported."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from apps.contacts.formats import csv_format, sql
from apps.contacts.formats.mapping import choices, title_of
from apps.contacts.formats.records import Card, Rejected, UnreadableFile
from apps.contacts.models import Import
from apps.contacts.services.imports.labelling import custom_labels
from apps.contacts.services.imports.sources import Source, read
from apps.contacts.services.imports.uploads import sources_of

FIRST_RECORDS = 8
MOST_FILES = 20  # shown one by one; what comes after them is imported as guessed
_EXAMPLES = 3


@dataclass(slots=True)
class Column:
    """One column of a table, what it means, and what stands in it."""

    title: str
    target: str
    examples: list[str]
    choices: list[tuple[str, str]]


@dataclass(slots=True)
class FilePreview:
    """One file: what was guessed, and its first records as they would come in."""

    name: str
    format: str
    encoding: str = ""
    delimiter: str = ""
    table: str = ""
    tables: list[str] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    error: str = ""


def preview(contact_import: Import) -> list[FilePreview]:
    """The files of an import that waits for its start. Raises UnreadableFile where they are gone."""
    labels = custom_labels()
    return [_preview(source, labels) for source in sources_of(contact_import)[:MOST_FILES]]


def _preview(source: Source, labels: dict[str, str]) -> FilePreview:
    found = FilePreview(source.name, source.format)
    try:
        if source.format == "csv":
            _table_of_csv(source, labels, found)
        elif source.format == "sql":
            _table_of_sql(source, labels, found)
        for record in islice(read(source, labels), FIRST_RECORDS):
            if isinstance(record, Card):
                found.cards.append(record)
            elif isinstance(record, Rejected):
                found.rejected.append(record)
    except UnreadableFile as error:
        found.error = str(error)
    return found


def _table_of_csv(source: Source, labels: dict[str, str], found: FilePreview) -> None:
    with source.open() as stream:
        table = csv_format.preview(stream, source.options, _EXAMPLES, labels)
    found.encoding, found.delimiter = table.dialect.encoding, table.dialect.delimiter
    found.columns = _columns(table.header, table.rows, table.mapping, labels)


def _table_of_sql(source: Source, labels: dict[str, str], found: FilePreview) -> None:
    with source.open() as stream:
        dump = sql.preview(stream, source.options, _EXAMPLES, labels)
    found.tables, found.table = sorted(dump.tables), dump.table
    if not dump.is_own and dump.table in dump.tables:
        table = dump.tables[dump.table]
        found.columns = _columns(table.columns, table.rows, dump.mapping, labels)


def _columns(header: list[str], rows: list[list[str]], mapping: dict[str, str], labels: dict[str, str]) -> list[Column]:
    offered = choices(labels)
    known = {target for target, _ in offered}
    found = []
    for place, title in enumerate(header):
        target: Any = mapping.get(title, "raw")
        own = offered if target in known else [(target, title_of(target, labels)), *offered]
        examples = [row[place][:60] for row in rows if place < len(row) and row[place].strip()]
        found.append(Column(title, target, examples[:_EXAMPLES], own))
    return found
