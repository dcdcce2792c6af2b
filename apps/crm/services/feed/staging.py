"""Rows by COPY into a table of this transaction's own, from which sets are written.

Straight into a table behind row-level security COPY is refused (docs/adr/0015). The tables are kept for the
connection and empty themselves at each commit.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec
from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLES = {
    "feed_event": (
        "order_id bigint, dealer_id bigint, record text, version bigint, digest bigint, kind text, what jsonb,"
        " is_money boolean, happened_at timestamptz, received_at timestamptz, batch_id bigint"
    ),
    "feed_record": "key text, version bigint, ref bigint, dealer_id bigint, happened_at timestamptz, body jsonb",
    "feed_state": (
        "order_id bigint, stage smallint, status smallint, is_on_hold boolean, is_cancelled boolean, quantity int,"
        " made int, shipped int, version bigint, as_of timestamptz, reaches boolean"
    ),
    "feed_dates": (
        "order_id bigint, accepted_at timestamptz, production_at timestamptz, made_at timestamptz,"
        " shipped_at timestamptz, delivered_at timestamptz"
    ),
    "feed_entry": (
        "place int, dealer_id bigint, currency text, key text, version bigint, digest bigint, kind text,"
        " amount numeric(14,2), booked_on date, text text, client text, order_id bigint, order_key text,"
        " claim_number text, reverses_id bigint, received_at timestamptz, batch_id bigint"
    ),
}
_encode = msgspec.json.Encoder().encode


def to_json(value: object) -> str:
    return _encode(value).decode()


def from_json(text: str) -> Any:
    """A jsonb value as the connection gives it: text."""
    return msgspec.json.decode(text)


def stage(table: str, rows: Iterable[Sequence[Any]]) -> None:
    """Let `table` hold exactly these rows, in this order. JSON comes as text."""
    if table in _WITHOUT_WORDS:
        text = "".join(["\t".join(map(str, row)) + "\n" for row in rows])
    else:
        text = "".join(["\t".join(map(_field, row)) + "\n" for row in rows])
    with connection.cursor() as cursor, connection.wrap_database_errors:
        # Another pooled connection may have none of them yet; one call may follow another in its transaction.
        cursor.execute(
            f"CREATE TEMP TABLE IF NOT EXISTS {table} ({TABLES[table]}) ON COMMIT DELETE ROWS; DELETE FROM {table}"  # noqa: S608  our own names
        )
        cursor.cursor.copy_expert(_copy(table), io.StringIO(text))


# Of these the text of a value is never "None", and their rows have taken care of signs: that is worth milliseconds.
_WITHOUT_WORDS = frozenset({"feed_event", "feed_state", "feed_dates"})


def _copy(table: str) -> str:
    return f"COPY {table} FROM STDIN" + (" (NULL 'None')" if table in _WITHOUT_WORDS else "")


def words(text: str) -> str:
    """As COPY's text format has it."""
    return text.translate(_SIGNS) if _needs_signs(text) else text


def _field(value: Any) -> str:
    """A csv.writer takes twice as long for numbers and moments."""
    if value is None:
        return "\\N"
    return words(value) if isinstance(value, str) else str(value)


_SIGNS = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_needs_signs = re.compile(r"[\\\t\n\r]").search


def run(statement: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
    """The rows that `statement` gives back."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return list(cursor.fetchall()) if cursor.description else []


@contextmanager
def plan_for_sets() -> Iterator[None]:
    """Within a transaction: reach few rows of big tables by their index, whatever statistics say of a staged table."""
    run("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")
    yield
    run("SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on")
