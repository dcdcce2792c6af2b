"""Rows into tables by COPY."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

_JSON = DjangoJSONEncoder(ensure_ascii=False, separators=(",", ":"))
_PIECE = 1 << 24  # bytes
_DELIMITER, _QUOTE = "\t", "\x1e"  # not those of CSV: JSON is full of them


def to_json(value: object) -> str:
    """`value` as compact JSON for a jsonb column, without the NUL characters that Postgres refuses."""
    text = _JSON.encode(value)
    return text.replace("\\u0000", "") if "\\u0000" in text else text


def array_of(values: Sequence[object]) -> str:
    """`values`, texts or numbers or truths and none of them NULL, as the text of an array for a `%s::type[]`.

    One literal, which Postgres reads at a run; a list bound as such becomes an expression for each of its values.
    """
    return "{" + ",".join([_quoted(value) if type(value) is str else str(value) for value in values]) + "}"


def _quoted(text: str) -> str:
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


class Packed(NamedTuple):
    """Rows of one table as COPY takes them."""

    statement: str
    buffer: io.BytesIO


def pack(model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Packed:
    """Make `rows` ready for COPY. None is NULL; text goes as it is; JSON must be encoded before."""
    # What is no Unicode the database shall refuse, as it refuses other values.
    text = _table(rows, len(columns)).encode(errors="surrogatepass")
    return Packed(_statement(model, tuple(columns)), io.BytesIO(text))


def _table(rows: Sequence[Sequence[Any]], width: int) -> str:
    """`rows` as COPY reads them; they are seldom anything but joined, since our marks hardly ever stand in a value."""
    try:
        lines = list(map(_DELIMITER.join, rows))
    except TypeError:  # not all of them are texts
        lines = [
            _DELIMITER.join(["" if value is None else value if type(value) is str else str(value) for value in row])
            for row in rows
        ]
    text = "\n".join(lines)
    marks = (text.count(_DELIMITER), text.count("\n"))
    if marks == ((width - 1) * len(rows), max(len(rows) - 1, 0)) and _QUOTE not in text and "\r" not in text:
        return text
    quoted = io.StringIO()
    csv.writer(quoted, delimiter=_DELIMITER, quotechar=_QUOTE, lineterminator="\r\n").writerows(rows)
    return quoted.getvalue()


def copy(packed: Packed) -> None:
    """COPY them in. Raises django.db.Error where a row breaks a rule of the table: then none of them has come in."""
    if not packed.buffer.getbuffer():
        return
    packed.buffer.seek(0)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        # In few pieces: for each the writer would wait until another thread lets go of Python.
        cursor.cursor.copy_expert(packed.statement, packed.buffer, _PIECE)


@cache
def _statement(model: type[models.Model], columns: tuple[str, ...]) -> str:
    meta = model._meta
    by_column = {field.column: field for field in meta.concrete_fields}
    kept = [
        name
        for name in columns
        if not by_column[name].null and isinstance(by_column[name], models.CharField | models.TextField)
    ]
    names = ", ".join(f'"{name}"' for name in columns)
    force = f", FORCE_NOT_NULL ({', '.join(f'{chr(34)}{name}{chr(34)}' for name in kept)})" if kept else ""
    marks = r"DELIMITER E'\t', QUOTE E'\x1e'"
    return f'COPY "{meta.db_table}" ({names}) FROM STDIN WITH (FORMAT csv, {marks}{force})'
