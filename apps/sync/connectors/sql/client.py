"""Reads rows beyond a cursor from a plant's database, whichever it is: the only place that connects to one."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from decimal import InvalidOperation
from typing import Any

from sqlalchemy import (
    ColumnClause,
    ColumnElement,
    Connection,
    Select,
    TableClause,
    and_,
    column,
    inspect,
    or_,
    select,
    table,
)
from sqlalchemy.exc import NoSuchTableError, SQLAlchemyError
from sqlalchemy.types import NullType

from apps.sync.connectors.sql.addresses import open_engine
from apps.sync.connectors.sql.values import encoded, plain, revived
from apps.sync.connectors.trouble import SourceTrouble

LIMIT = 1000  # rows of a portion, where nothing else is said
MOST = 20_000
_LONGEST_WORDS = 300


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is read of a table or view: `cursor` names columns that only grow together, the last one unique.

    `said` is what the settings call it: "accounting.operations".
    """

    said: str
    name: str
    cursor: tuple[str, ...]
    columns: tuple[str, ...] = ()  # empty: all
    schema: str | None = None
    limit: int = LIMIT


@dataclass(slots=True)
class Portion:
    """Rows as JSON, and the cursor behind the last of them; `is_last` when there was nothing beyond."""

    rows: list[bytes] = field(default_factory=list)
    cursor: list[Any] = field(default_factory=list)
    is_last: bool = True


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """A connection that can't write. Raises SourceTrouble, also for what fails within."""
    engine = open_engine(url)
    try:
        with _telling(), engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise _in_words(error) from error


def read_beyond(
    connection: Connection, wanted: Wanted, cursor: Sequence[Any], *, most_bytes: int, extra: Mapping[str, Any]
) -> Portion:
    """The next rows in the order of the cursor, each with the fields of `extra`; one at least, if there is one.

    Raises SourceTrouble.
    """
    with _telling():
        return _read(connection, wanted, cursor, most_bytes, extra)


def _read(
    connection: Connection, wanted: Wanted, cursor: Sequence[Any], most_bytes: int, extra: Mapping[str, Any]
) -> Portion:
    source, columns = _reflected(connection, wanted)
    by = [source.c[name] for name in wanted.cursor]
    chosen = [source.c[name] for name in wanted.columns or columns]
    query: Select[Any] = select(*chosen, *(each for each in by if each.name not in {c.name for c in chosen}))
    query = query.order_by(*by).limit(wanted.limit)
    if cursor:
        query = query.where(_beyond(by, _revived(by, cursor)))
    portion = Portion()
    size = 0
    with closing(connection.execute(query, execution_options={"stream_results": True})) as result:
        try:
            for row in result.mappings():
                values = {name: plain(value) for name, value in row.items()}
                raw = encoded({**values, **extra})
                if portion.rows and size + len(raw) > most_bytes:
                    portion.is_last = False
                    return portion
                portion.cursor = _cursor_of(values, wanted)
                portion.rows.append(raw)
                size += len(raw) + 1
        except (ValueError, OverflowError) as error:
            words = f"A row of {wanted.said} behind {portion.cursor or list(cursor)} has a value that can't be read"
            raise SourceTrouble(f"{words}: {error}", is_permanent=True) from error
    portion.is_last = len(portion.rows) < wanted.limit
    return portion


def _reflected(connection: Connection, wanted: Wanted) -> tuple[TableClause, list[str]]:
    """The table as its database describes it: no name gets into a statement that isn't one of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # types that SQLAlchemy doesn't know come as their driver reads them
        try:
            found = inspect(connection).get_columns(wanted.name, schema=wanted.schema)
        except NoSuchTableError as error:
            words = f"The database has no table or view {wanted.said!r} that we may read."
            raise SourceTrouble(words, is_permanent=True) from error
    names = [str(each["name"]) for each in found]
    if missing := [name for name in (*wanted.cursor, *wanted.columns) if name not in names]:
        words = f"{wanted.said} has no column {', '.join(map(repr, missing))}; it has {', '.join(names)}."
        raise SourceTrouble(words, is_permanent=True)
    # SQLite keeps in a column what was put there, whatever its type says: taken as it is.
    is_loose = connection.dialect.name == "sqlite"
    columns = [column(str(each["name"]), NullType() if is_loose else each["type"]) for each in found]
    return table(wanted.name, *columns, schema=wanted.schema), names


def _beyond(by: Sequence[ColumnClause[Any]], values: Sequence[Any]) -> ColumnElement[bool]:
    """(a, b) > (1, 2), written so that each database understands it and finds it in an index."""
    first, value = by[0], values[0]
    if len(by) == 1:
        return and_(first > value)
    return and_(first >= value, or_(first > value, _beyond(by[1:], values[1:])))


def _revived(by: Sequence[ColumnClause[Any]], cursor: Sequence[Any]) -> list[Any]:
    if len(cursor) != len(by):
        words = "The kept cursor has another number of columns than the settings name; reset it or set it anew."
        raise SourceTrouble(words, is_permanent=True)
    return [_as(each, value) for each, value in zip(by, cursor, strict=True)]


def _as(by: ColumnClause[Any], value: Any) -> Any:
    try:
        kind = by.type.python_type
    except NotImplementedError:
        return value
    try:
        return revived(value, kind)
    except (ValueError, TypeError, InvalidOperation) as error:
        words = f"The kept cursor {value!r} doesn't fit the column {by.name!r} any more."
        raise SourceTrouble(words, is_permanent=True) from error


def _cursor_of(values: Mapping[str, Any], wanted: Wanted) -> list[Any]:
    found = [values[name] for name in wanted.cursor]
    if None in found:
        words = f"A row of {wanted.said} has nothing in {', '.join(wanted.cursor)}: one can't read on from there."
        raise SourceTrouble(words, is_permanent=True)
    return found


def _in_words(error: SQLAlchemyError) -> SourceTrouble:
    """Its driver's first line: statements and their values stay out of it."""
    lines = str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__]
    return SourceTrouble(f"The database can't be read: {lines[0][:_LONGEST_WORDS]}")
