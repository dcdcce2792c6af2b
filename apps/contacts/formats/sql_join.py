"""The tables of our own dump joined into cards again, whatever the order of its rows.

The rows wait in a temporary SQLite file of our own, as values bound to our own statements: nothing of the dump is run.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

from . import cells, shape
from .own_rows import read_photo
from .records import Card, Job, Raw, Rejected, Tie, UnitRecord
from .sql_own import DETAILS, JOB_TYPE, TABLES, columns_of, fields_of
from .sql_scan import SqlFault, SqlRow

_OWNERS = {
    "entity_category": "entity_id", "unit": "entity_id", "email_address": "entity_id", "phone_number": "entity_id",
    "link": "entity_id", "raw_property": "entity_id", "participant": "entity_id",
}  # fmt: skip
_LISTS = {"email_address": "emails", "phone_number": "phones", "link": "links"}


def is_own(tables: Mapping[str, Sequence[str]]) -> bool:
    """Whether a dump with these tables, each with its columns, is one of ours."""
    return {"uid", "kind", "full_name", "organisation_type", "folder_id", "owner_email"} <= set(
        tables.get("entity", ())
    )


def cards_of(rows: Iterable[SqlRow | SqlFault]) -> Iterator[Card | Rejected]:
    """The cards of a dump of ours. Rows that can't be read are rejected first, the cards follow."""
    # A database without a name is SQLite's own temporary file, in memory while it is small.
    with closing(sqlite3.connect("")) as database:
        database.row_factory = sqlite3.Row
        faults = yield from _store(database, rows)
        yield from _cards(database, faults)


def _store(database: sqlite3.Connection, rows: Iterable[SqlRow | SqlFault]) -> Generator[Rejected, None, int]:
    for table in TABLES:
        names = ", ".join(f'"{name}"' for name in columns_of(table))
        database.execute(f'CREATE TABLE "{table}" ({names})')
    faults = 0
    statements: dict[tuple[str, tuple[str, ...]], tuple[str, list[int]]] = {}
    for row in rows:
        if isinstance(row, SqlFault):
            faults += 1
            yield Rejected(faults, row.reason, row.excerpt, row.line)
            continue
        if row.table not in TABLES:
            continue
        plan = statements.get((row.table, row.columns))
        if plan is None:
            known = [row.columns.index(name) for name in columns_of(row.table) if name in row.columns]
            names = ", ".join(f'"{row.columns[place]}"' for place in known)
            marks = ", ".join("?" for _ in known)
            # Table and columns are of our own list, the values are bound.
            plan = f'INSERT INTO "{row.table}" ({names}) VALUES ({marks})', known  # noqa: S608
            statements[row.table, row.columns] = plan
        database.execute(plan[0], [_stored(row.columns[place], row.values[place]) for place in plan[1]])
    for table, owner in _OWNERS.items():
        database.execute(f'CREATE INDEX "{table}_owner" ON "{table}" ("{owner}")')
    for table, key in (("participant", "relationship_id"), ("relationship", "id"), ("category", "id")):
        database.execute(f'CREATE INDEX "{table}_{key}" ON "{table}" ("{key}")')
    return faults


def _stored(name: str, value: str | None) -> str | int | None:
    if (name == "id" or name.endswith("_id")) and value is not None and value.isdecimal() and len(value) < 18:
        return int(value)
    return value


def _cards(database: sqlite3.Connection, index: int) -> Iterator[Card]:
    folders = {row["id"]: row["name"] or "" for row in database.execute("SELECT id, name FROM folder")}
    types = {row["id"]: row["type_key"] or "" for row in database.execute("SELECT id, type_key FROM relationship_type")}
    for row in database.execute("SELECT * FROM entity ORDER BY id"):
        index += 1
        card = _filled(Card(), "entity", row)
        card.index = index
        card.folder = folders.get(row["folder_id"], "")
        if row["photo"] or row["photo_url"] or row["photo_type"]:
            card.photo = read_photo(row["photo"] or "", row["photo_type"] or "", row["photo_url"] or "")
        card.categories = [
            found["name"]
            for found in database.execute(
                "SELECT c.name FROM entity_category e JOIN category c ON c.id = e.category_id "
                "WHERE e.entity_id = ? ORDER BY e.id",
                [row["id"]],
            )
        ]
        _add_units(database, card, row["id"])
        _add_ties(database, card, row["id"], types)
        card.raw = [_filled(Raw("", ""), "raw_property", found) for found in _of(database, "raw_property", row["id"])]
        yield card


def _of(database: sqlite3.Connection, table: str, entity: int) -> list[sqlite3.Row]:
    return list(database.execute(f'SELECT * FROM "{table}" WHERE entity_id = ? ORDER BY id', [entity]))  # noqa: S608


def _add_units(database: sqlite3.Connection, card: Card, entity: int) -> None:
    units: dict[Any, UnitRecord] = {}
    for row in _of(database, "unit", entity):
        units[row["id"]] = _filled(UnitRecord(), "unit", row)
        card.units.append(units[row["id"]])
    for table, kind in DETAILS.items():
        for row in _of(database, table, entity):
            unit = units.get(row["unit_id"])
            if unit is None:
                unit = units[row["unit_id"]] = card.units[0] if card.units else UnitRecord()
                card.units = card.units or [unit]
            getattr(unit, _LISTS[table]).append(_filled(shape.blank(kind), table, row))


def _add_ties(database: sqlite3.Connection, card: Card, entity: int, types: dict[Any, str]) -> None:
    for row in _of(database, "participant", entity):
        relationship = database.execute("SELECT * FROM relationship WHERE id = ?", [row["relationship_id"]]).fetchone()
        if relationship is None:
            continue
        tie = _filled(_filled(Tie(""), "relationship", relationship), "participant", row)
        tie.type_key = types.get(relationship["type_id"], "")
        # The other end written with this card's own row stands right behind it.
        other = database.execute(
            "SELECT * FROM participant WHERE relationship_id = ? AND id = ? + 1 AND is_other_end = '1'",
            [row["relationship_id"], row["id"]],
        ).fetchone()
        uid, name = (other["entity_uid"] or "", other["entity_name"] or "") if other else ("", "")
        if tie.type_key == JOB_TYPE and row["departments"] is not None:
            departments = cells.unpack_list(row["departments"])
            job = Job(name, departments, row["title"] or "", tie.role, organisation_uid=uid)
            job.valid_from, job.valid_to, job.is_primary = tie.valid_from, tie.valid_to, tie.is_primary
            card.jobs.append(job)
        else:
            tie.other_uid, tie.other_name = uid, name
            card.ties.append(tie)


def _filled(record: Any, table: str, row: sqlite3.Row) -> Any:
    for name, column in fields_of(table).items():
        value = row[name]
        if value is not None:
            column.put(record, str(value))
    return record
