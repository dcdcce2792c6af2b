"""The only place that talks to a plant's database: any that SQLAlchemy knows. Nothing is ever written to it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from contextlib import closing
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, column, create_engine, literal_column, or_, select, table
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from apps.core.hosts import checked_addresses

Row = dict[str, Any]
_PORTS = {"postgresql": 5432, "mysql": 3306, "mariadb": 3306, "mssql": 1433, "oracle": 1521}


class Unreachable(Exception):
    """The database didn't answer, or not to what was asked; the next look may go better."""


def read_after(url: str, name: str, *, cursor: Sequence[str], after: Sequence[Any], limit: int) -> list[Row]:
    """The next rows of a table or view ("schema.name" too), by the cursor's columns, which only grow.

    `after` are these columns of the last row that was read; empty at first. Raises Unreachable.
    """
    schema, _, bare = name.rpartition(".")
    columns: list[ColumnElement[Any]] = [column(each) for each in cursor]
    # No list of columns: what a mapping names is the mapping's business.
    wanted: Select[Any] = (
        select(literal_column("*")).select_from(table(bare, schema=schema or None)).order_by(*columns).limit(limit)
    )
    if after:
        wanted = wanted.where(_beyond(columns, after))
    try:
        _guard(url)
        engine = create_engine(url, poolclass=NullPool)
        with closing(engine.connect()) as connection:
            return [_plain(row) for row in connection.execute(wanted).mappings()]
    except (SQLAlchemyError, OSError) as error:
        raise Unreachable(str(error).splitlines()[0][:300]) from error


def _guard(url: str) -> None:
    """A host that an administrator names may lie in private networks only where that is allowed. Raises OSError."""
    found = make_url(url)
    if found.host:
        checked_addresses(found.host, found.port or _PORTS.get(found.get_backend_name(), 5432))


def _beyond(columns: Sequence[ColumnElement[Any]], after: Sequence[Any]) -> ColumnElement[bool]:
    """(a, b) > (1, 2), spelled out: not every database compares rows."""
    return or_(
        *(
            and_(*(columns[before] == after[before] for before in range(at)), columns[at] > after[at])
            for at in range(len(columns))
        )
    )


def _plain(row: Any) -> Row:
    return {str(name): _value(value) for name, value in row.items()}


def _value(value: Any) -> Any:
    """As JSON has it."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return str(value) if isinstance(value, Decimal) else value
