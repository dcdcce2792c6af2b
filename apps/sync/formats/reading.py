"""Which reader a content type asks for."""

from __future__ import annotations

from collections.abc import Callable

from apps.sync.formats.commerceml import read_commerceml
from apps.sync.formats.csvs import read_csv
from apps.sync.formats.jsons import read_json, read_lines
from apps.sync.formats.raws import Raw, Reading, Unreadable, as_text

__all__ = ["CONTENT_TYPES", "Raw", "Reading", "Unreadable", "as_text", "read_body"]

CONTENT_TYPES: dict[str, Callable[[bytes], Reading]] = {
    "application/json": read_json,
    "application/x-ndjson": read_lines,
    "application/jsonl": read_lines,
    "text/csv": read_csv,
    "application/xml": read_commerceml,
    "text/xml": read_commerceml,
}


def read_body(body: bytes, content_type: str) -> Reading:
    """The raw records of a body; "text/csv; table=prices" says which table they are from.

    Raises Unreadable, also for a content type that nobody reads.
    """
    kind, _, rest = content_type.partition(";")
    reader = CONTENT_TYPES.get(kind.strip().lower())
    if reader is None:
        raise Unreadable(f"Nothing here reads {kind.strip() or 'a body without content type'}.")
    reading = reader(body)
    reading.table = rest.partition("table=")[2].strip()
    return reading
