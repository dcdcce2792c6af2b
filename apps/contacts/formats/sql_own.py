"""Our own SQL dump: one table for each table of the contact model, in what SQLite, PostgreSQL and MySQL share.

Texts are written with doubled quotes and plain backslashes; MySQL is told by a comment that only it obeys to read
them so, and to make its TEXT columns long enough for photos.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from . import cells, shape
from .records import Card, Email, Job, Phone, Raw, Tie, UnitRecord, Url

MARK = "-- Rapport contacts, version 1"
_ROWS_PER_INSERT = 100
_HEAD = f"""{MARK}
/*!50000 SET NAMES utf8mb4 */;
/*!50000 SET sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES') */;
"""
_TEXT = "TEXT/*!50000 (4294967295) */"

# Fields whose names are words of SQL, and fields that belong to the relationship itself.
_NAMES = {"group": "property_group", "key": "relationship_key"}
_RELATIONSHIP_FIELDS = ("key", "name", "description", "valid_from", "valid_to", "attributes")
_OTHER_END = ("other_uid", "other_name")
DETAILS: dict[str, type] = {"email_address": Email, "phone_number": Phone, "link": Url}
_KEYS = {
    "folder": ("name",), "category": ("name",), "entity_category": ("entity_id", "category_id"),
    "relationship_type": ("type_key",), "entity": ("folder_id", "photo", "photo_type", "photo_url"),
    "unit": ("entity_id",), "email_address": ("entity_id", "unit_id"), "phone_number": ("entity_id", "unit_id"),
    "link": ("entity_id", "unit_id"), "relationship": ("type_id",), "raw_property": ("entity_id",),
    "participant": (
        "relationship_id", "entity_id", "entity_uid", "entity_name", "departments", "title", "is_other_end",
    ),
}  # fmt: skip
JOB_TYPE = "works_for"


def _fields(record: type, *, only: tuple[str, ...] = (), without: tuple[str, ...] = ()) -> dict[str, shape.Column]:
    return {
        _NAMES.get(path, path.replace(".", "_")): column
        for path, column in shape.by_path(record).items()
        if path not in without and (not only or path in only)
    }


@cache
def fields_of(table: str) -> dict[str, shape.Column]:
    """The columns of a table that are fields of a record."""
    match table:
        case "entity":
            return _fields(Card, without=("index", "folder", "categories"))
        case "unit":
            return _fields(UnitRecord)
        case "raw_property":
            return _fields(Raw)
        case "relationship":
            return _fields(Tie, only=_RELATIONSHIP_FIELDS)
        case "participant":
            return _fields(Tie, without=("type_key", *_RELATIONSHIP_FIELDS, *_OTHER_END))
    return _fields(DETAILS[table]) if table in DETAILS else {}


TABLES = (
    "folder", "category", "relationship_type", "entity", "entity_category", "unit", "email_address", "phone_number",
    "link", "relationship", "participant", "raw_property",
)  # fmt: skip


@cache
def columns_of(table: str) -> tuple[str, ...]:
    """All columns of a table, its number first."""
    return ("id", *_KEYS[table], *fields_of(table))


def write(cards: Iterable[Card]) -> Iterator[bytes]:
    """The dump in portions."""
    yield _HEAD.encode()
    for table in TABLES:
        yield f"CREATE TABLE {table} (\n  {_definitions(table)}\n);\n".encode()
    writer = _Writer()
    for card in cards:
        writer.add(card)
        if writer.is_full:
            yield writer.flush()
    yield writer.flush()


def _definitions(table: str) -> str:
    fields = fields_of(table)
    types = []
    for name in columns_of(table):
        if name == "id":
            kind = "INTEGER NOT NULL PRIMARY KEY"
        elif name.endswith("_id") or name == "is_other_end" or (name in fields and _is_number(fields[name])):
            kind = "INTEGER"
        else:
            kind = _TEXT
        types.append(f"{name} {kind}")
    return ",\n  ".join(types)


def _is_number(column: shape.Column) -> bool:
    return column.is_flag or column.is_number


def _literal(value: str | int | None) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else "'" + value.replace("\0", "").replace("'", "''") + "'"


class _Writer:
    """Gathers rows table by table and hands them out as INSERT statements."""

    def __init__(self) -> None:
        self._rows: dict[str, list[str]] = {table: [] for table in TABLES}
        self._last: dict[str, int] = dict.fromkeys(TABLES, 0)
        self._named: dict[tuple[str, str], int] = {}
        self._relationships: dict[str, int] = {}
        self._size = 0

    @property
    def is_full(self) -> bool:
        return self._size > 64 * 1024

    def flush(self) -> bytes:
        parts = []
        for table, rows in self._rows.items():
            names = ", ".join(columns_of(table))
            for first in range(0, len(rows), _ROWS_PER_INSERT):
                values = ",\n".join(rows[first : first + _ROWS_PER_INSERT])
                parts.append(f"INSERT INTO {table} ({names}) VALUES\n{values};\n")
            rows.clear()
        self._size = 0
        return "".join(parts).encode(errors="replace")

    def add(self, card: Card) -> None:
        photo = card.photo
        picture: list[str | None] = [None] * 3
        if photo is not None:
            picture = [base64.b64encode(photo.data).decode(), photo.mime_type, photo.url]
        folder = self._number("folder", card.folder) if card.folder else None
        entity = self._row("entity", [folder, *picture], card)
        for name in card.categories:
            self._row("entity_category", (entity, self._number("category", name)), None)
        for unit in card.units:
            owner = self._row("unit", [entity], unit)
            for table, details in (("email_address", unit.emails), ("phone_number", unit.phones), ("link", unit.links)):
                for detail in details:
                    self._row(table, [entity, owner], detail)
        for job in card.jobs:
            self._add_job(entity, card, job)
        for tie in card.ties:
            self._add_tie(entity, card, tie)
        for raw in card.raw:
            self._row("raw_property", [entity], raw)

    def _add_job(self, entity: int, card: Card, job: Job) -> None:
        """A job is a `works_for` whose source is the person."""
        tie = Tie(JOB_TYPE, valid_from=job.valid_from, valid_to=job.valid_to, role=job.role, is_primary=job.is_primary)
        number = self._row("relationship", [self._number("relationship_type", JOB_TYPE)], tie)
        own = (number, entity, card.uid, None, cells.pack_list(job.departments), job.title, 0)
        self._row("participant", own, tie)
        self._row("participant", [number, None, job.organisation_uid, job.organisation, None, None, 1], _other_end(tie))

    def _add_tie(self, entity: int, card: Card, tie: Tie) -> None:
        number = self._relationships.get(tie.key) if tie.key else None
        if number is None:
            number = self._row("relationship", [self._number("relationship_type", tie.type_key)], tie)
            if tie.key:
                self._relationships[tie.key] = number
        self._row("participant", [number, entity, card.uid, None, None, None, 0], tie)
        if tie.other_uid or tie.other_name:
            other = [number, None, tie.other_uid, tie.other_name, None, None, 1]
            self._row("participant", other, _other_end(tie))

    def _number(self, table: str, name: str) -> int:
        """The row of a folder, a category or a type, made when it is first met."""
        if (table, name) not in self._named:
            self._named[table, name] = self._row(table, [name], None)
        return self._named[table, name]

    def _row(self, table: str, keys: Sequence[str | int | None], record: object) -> int:
        self._last[table] += 1
        values: list[str | int | None] = [self._last[table], *keys]
        for column in fields_of(table).values():
            text = column.text(record)
            values.append((1 if text else 0) if column.is_flag else int(text) if column.is_number else text)
        row = f"({', '.join(map(_literal, values))})"
        self._rows[table].append(row)
        self._size += len(row)
        return self._last[table]


def _other_end(tie: Tie) -> Tie:
    return Tie(tie.type_key, side="target" if tie.side == "source" else "source")
