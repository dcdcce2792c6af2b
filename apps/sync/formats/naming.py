"""What a file's name says: how it is written, and which table its records are from."""

from __future__ import annotations

from pathlib import PurePath

KINDS = {
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".ndjson": "application/x-ndjson",
    ".csv": "text/csv",
    ".xml": "application/xml",
}
LONGEST_TABLE = 30  # a batch keeps its content type, this with it, in 60 letters


class OddName(Exception):
    """A name that doesn't say what its file is; the text says why."""


def table_of(name: str) -> str:
    """ "prices-2026-11.jsonl" is of the table "prices"."""
    return PurePath(name).stem.partition("-")[0].strip()


def content_type_of(name: str) -> str:
    """ "text/csv; table=prices" of "prices-1.csv"; without a table where the beginning is too long to be one.

    Raises OddName.
    """
    if not name.isprintable():
        raise OddName("Its name has signs in it that can't be printed.")
    kind = KINDS.get(PurePath(name).suffix.lower())
    if kind is None:
        raise OddName(f"Its name has to end in one of {', '.join(KINDS)}.")
    table = table_of(name)
    return f"{kind}; table={table}" if 0 < len(table) <= LONGEST_TABLE else kind
