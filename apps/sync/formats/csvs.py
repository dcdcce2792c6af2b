"""CSV with a header: comma, semicolon or tab; UTF-8 or, failing that, windows-1251."""

from __future__ import annotations

import csv
import io

from apps.sync.formats.raws import MOST_RECORDS, Raw, Reading, Unreadable

_LARGEST_CELL = 1024 * 1024


def read_csv(body: bytes) -> Reading:
    """A record a row, its values as texts; empty cells are left out. Raises Unreadable."""
    text = decoded(body)
    if "\x00" in text:
        raise Unreadable("The file has NUL in it: it is no text.")
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    csv.field_size_limit(_LARGEST_CELL)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise Unreadable(f"The table can't be read: {error}.") from error
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        return Reading()
    if len(rows) > MOST_RECORDS:
        raise Unreadable(f"The table has {len(rows)} rows; at most {MOST_RECORDS} go into one batch.")
    names = [name.strip() for name in rows[0]]
    if len(set(names)) != len(names) or not all(names):
        raise Unreadable("The first row has to name the columns, each one once.")
    return Reading([_row(names, row) for row in rows[1:]])


def decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1251", errors="replace")


def _row(names: list[str], row: list[str]) -> Raw:
    found = {name: cell.strip() for name, cell in zip(names, row, strict=False) if cell.strip()}
    if len(row) > len(names):
        found["(more cells than columns)"] = " ".join(row[len(names) :])
    return found
