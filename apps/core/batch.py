"""Set-based writing: one statement for many rows that each get values of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, TypeVar, cast

from django.db import connection
from django.db.models import Field, Model
from psycopg2 import sql

T = TypeVar("T")


def portions(items: Sequence[T], size: int = 1000) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def update_rows(model: type[Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> int:
    """Set `columns` (names of fields) of `model` to the values in `rows`, each beginning with the primary key.

    Returns how many rows there were to change.
    """
    if not rows:
        return 0
    names, arrays = _columns(model, ["pk", *columns])
    statement = sql.SQL(
        "UPDATE {table} AS t SET {sets} FROM unnest({arrays}) AS v({names}) WHERE t.{pk} = v.{pk}"
    ).format(
        table=sql.Identifier(model._meta.db_table),
        sets=sql.SQL(", ").join(sql.SQL("{0} = v.{0}").format(name) for name in names[1:]),
        arrays=sql.SQL(", ").join(arrays),
        names=sql.SQL(", ").join(names),
        pk=names[0],
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(values) for values in zip(*rows, strict=True)])
        return int(cursor.rowcount)


def insert_rows(rows: Sequence[Model], *, but: Sequence[str] = (), ignore_conflicts: bool = False) -> None:
    """Insert new rows of one model in one statement: `bulk_create` in a third of the time, for plain columns.

    Without a key each is given one by the database, which isn't told back: reserve it beforehand where it is wanted.
    `but` names fields that the database fills in.
    """
    if not rows:
        return
    meta = rows[0]._meta
    left_out = {*but, *(() if rows[0].pk is not None else (meta.pk.name if meta.pk else "",))}
    fields = [field for field in meta.concrete_fields if field.name not in left_out and not field.generated]
    names = [(field.attname, str(field.column)) for field in fields]
    plain = [{column: getattr(row, attribute) for attribute, column in names} for row in rows]
    columns = sql.SQL(", ").join(sql.Identifier(column) for _, column in names)
    statement = sql.SQL(
        "INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s::json)"
    ).format(table=sql.Identifier(meta.db_table), columns=columns)
    if ignore_conflicts:
        statement += sql.SQL(" ON CONFLICT DO NOTHING")
    with connection.cursor() as cursor:
        cursor.execute(statement, [json.dumps(plain, default=_as_text, ensure_ascii=False)])
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def delete_rows(model: type[Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> int:
    """Delete the rows whose `columns` are as one of `rows`; nothing cascades. Returns how many there were."""
    if not rows:
        return 0
    names, arrays = _columns(model, columns)
    statement = sql.SQL("DELETE FROM {table} AS t USING unnest({arrays}) AS v({names}) WHERE {same}").format(
        table=sql.Identifier(model._meta.db_table),
        arrays=sql.SQL(", ").join(arrays),
        names=sql.SQL(", ").join(names),
        same=sql.SQL(" AND ").join(sql.SQL("t.{0} = v.{0}").format(name) for name in names),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(values) for values in zip(*rows, strict=True)])
        return int(cursor.rowcount)


def _columns(model: type[Model], names: Sequence[str]) -> tuple[list[sql.Identifier], list[sql.SQL]]:
    """The columns of these fields, and for each a placeholder of an array of its type."""
    found = [model._meta.pk if name == "pk" else model._meta.get_field(name) for name in names]
    fields = cast("list[Field[Any, Any]]", found)  # what lies in another table has no place in an UPDATE
    columns = [sql.Identifier(str(field.column)) for field in fields]
    return columns, [sql.SQL(f"%s::{_type(field)}[]") for field in fields]


def _type(field: Field[Any, Any]) -> str:
    """The field's type in the database without what makes it a column ("bigint GENERATED ...")."""
    if field.primary_key or field.is_relation:
        return str(field.rel_db_type(connection))
    return str(field.db_type(connection))
