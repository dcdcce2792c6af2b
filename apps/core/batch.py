"""Set-based writing: one statement for many rows that each get values of their own; keys reserved beforehand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import cache
from itertools import chain
from typing import Any, TypeVar, cast

from django.db import connection, transaction
from django.db.models import Field, ForeignKey, Model
from psycopg2 import sql

T = TypeVar("T")
_FEW = 10  # ids that are asked for one by one
_sequences: dict[type[Model], str] = {}


def portions(items: Sequence[T], size: int = 1000) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def array_of(values: Iterable[int | datetime]) -> str:
    """A parameter for `%s::bigint[]` or `%s::timestamptz[]`.

    A list would be told as an expression of so many constants, which takes Postgres several times as long to read.
    """
    return "{" + ",".join(map(str, values)) + "}"


def texts_of(values: Iterable[str]) -> str:
    """The same for `%s::text[]` or `%s::jsonb[]`."""
    return "{" + ",".join(['"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values]) + "}"


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
    if rows:
        statement, plain = _insertion(rows, but)
        _insert(statement + (" ON CONFLICT DO NOTHING" if ignore_conflicts else ""), [plain], rows)


def insert_all(*tables: Sequence[Model]) -> None:
    """Insert new rows of several models, table by table, in one trip to the database; those with keys have them.

    The fields that the database fills in are read when they are asked for.
    """
    there = [rows for rows in tables if rows]
    if there:
        statements, parameters = zip(*map(_insertion, there), strict=True)
        _insert(";\n".join(statements), list(parameters), [row for rows in there for row in rows])


def give_keys(*tables: Sequence[Model]) -> None:
    """Give these new rows their keys, and those that point to one another the keys of what they point to."""
    there = [rows for rows in tables if rows]
    ids = reserve_ids({type(rows[0]): len(rows) for rows in there})
    for rows in there:
        for row, pk in zip(rows, ids[type(rows[0])], strict=True):
            row.pk = pk
    for row in (row for rows in there for row in rows):
        for field in row._meta.concrete_fields:
            if isinstance(field, ForeignKey) and field.is_cached(row) and (other := getattr(row, field.name)):
                setattr(row, field.name, other)


def reserve_ids(wanted: dict[type[Model], int]) -> dict[type[Model], list[int]]:
    """Take that many ids of each table from its sequence; they are never given to anybody else."""
    asked = [(model, number) for model, number in wanted.items() if number]
    reserved: dict[type[Model], list[int]] = {model: [] for model in wanted}
    if not asked:
        return reserved
    # What a sequence is called is told with its first ids: to ask for it takes longer than to draw some.
    unknown = [model for model, _ in asked if model not in _sequences]
    names = ["pg_get_serial_sequence(%s, 'id')"] * len(unknown)
    parts, arguments = zip(*(_draw(model, number) for model, number in asked), strict=True)
    statement = "SELECT " + ", ".join([*parts, *names])
    values = [*chain.from_iterable(arguments), *(model._meta.db_table for model in unknown)]
    alone = not connection.in_atomic_block
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        if alone:
            # Don't wait for the disk: whoever writes rows with these ids waits for all that was logged before.
            cursor.execute("SET LOCAL synchronous_commit = off")
        cursor.execute(statement, values)
        row = cursor.fetchone()
    _sequences.update(zip(unknown, row[len(asked) :], strict=True))
    for (model, _), ids in zip(asked, row, strict=False):
        reserved[model] = ids
    return reserved


def _draw(model: type[Model], number: int) -> tuple[str, list[str | int]]:
    """An expression for so many new ids of `model`, and its parameters."""
    name = _sequences.get(model)
    if name is not None and number <= _FEW:
        return f"ARRAY[{', '.join(['nextval(%s)'] * number)}]", [name] * number
    return (
        "ARRAY(SELECT nextval(own.sequence) FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass OFFSET 0)"
        " AS own (sequence), generate_series(1, %s))"
    ), [model._meta.db_table, number]


def _insert(statement: str, parameters: list[str], rows: Sequence[Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def _insertion(rows: Sequence[Model], but: Sequence[str] = ()) -> tuple[str, str]:
    """The statement that inserts these rows, and they as its parameter."""
    statement, names = _into(type(rows[0]), (*but, *(() if rows[0].pk is not None else ("pk",))))
    plain = [{column: getattr(row, attribute) for attribute, column in names} for row in rows]
    return statement, json.dumps(plain, default=_as_text, ensure_ascii=False)


@cache
def _into(model: type[Model], but: tuple[str, ...]) -> tuple[str, list[tuple[str, str]]]:
    """Inserts rows of `model` given as JSON; and its attributes with their columns, without those called in `but`."""
    meta = model._meta
    left_out = {meta.pk.name if name == "pk" and meta.pk else name for name in but}
    fields = [field for field in meta.concrete_fields if field.name not in left_out and not field.generated]
    quoted = connection.ops.quote_name
    table, columns = quoted(meta.db_table), ", ".join(quoted(str(field.column)) for field in fields)
    source = f"json_populate_recordset(NULL::{table}, %s::json)"
    statement = f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {source}"  # noqa: S608  names of our models
    return statement, [(field.attname, str(field.column)) for field in fields]


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
