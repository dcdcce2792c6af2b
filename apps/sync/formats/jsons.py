"""JSON and JSON Lines. Records stay bytes until they are applied: counting them must be cheap."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

import msgspec

from apps.sync.formats.raws import MOST_RECORDS, Raw, Reading, Unreadable

_BOM = b"\xef\xbb\xbf"


class _Envelope(msgspec.Struct, kw_only=True):
    records: list[msgspec.Raw]
    as_of: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


_decoder = msgspec.json.Decoder(_Envelope | list[msgspec.Raw])


def read_json(body: bytes) -> Reading:
    """`{"as_of": ..., "records": [...]}`, or the list alone. Raises Unreadable."""
    try:
        found = _decoder.decode(body.removeprefix(_BOM))
    except RecursionError as error:
        raise Unreadable("The JSON is nested too deeply.") from error
    except msgspec.ValidationError as error:
        raise Unreadable(f"The body is no batch of records: {str(error).replace('`', chr(39))}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return _forgivingly(body, error)
    if isinstance(found, list):
        return Reading(_bounded([bytes(raw) for raw in found]))
    return Reading(_bounded([bytes(raw) for raw in found.records]), found.as_of)


def read_lines(body: bytes) -> Reading:
    """A record a line; a first line `{"as_of": "..."}` vouches for all. Blank lines are nothing."""
    lines: list[Raw] = [line for line in body.removeprefix(_BOM).splitlines() if line.strip()]
    as_of = vouched(lines[0]) if lines else None
    return Reading(_bounded(lines[1:] if as_of else lines), as_of)


def vouched(line: Raw) -> datetime | None:
    """Up to when a first line `{"as_of": "..."}` vouches; None for any other line."""

    class Head(msgspec.Struct, forbid_unknown_fields=True):
        as_of: Annotated[datetime, msgspec.Meta(tz=True)]

    try:
        return msgspec.json.decode(bytes(line), type=Head).as_of  # type: ignore[arg-type]  # lines are bytes
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _forgivingly(body: bytes, error: Exception) -> Reading:
    """JSON that only one record spoils (half a surrogate pair) is read by Python's own, slower reader."""
    try:
        found = json.loads(body.removeprefix(_BOM))
        records = found["records"] if isinstance(found, dict) else found
        encoded = [json.dumps(each).encode() for each in records]
        as_of = msgspec.convert(found.get("as_of") if isinstance(found, dict) else None, datetime | None)
    except (ValueError, TypeError, KeyError, RecursionError, msgspec.ValidationError):
        raise Unreadable(f"The body isn't readable as JSON: {_short(error)}") from error
    return Reading(_bounded(encoded), as_of)


def _short(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it isn't UTF-8."
    text = str(error).removeprefix("JSON is malformed: ")
    return f"{text}."


def _bounded(records: list[Any]) -> list[Raw]:
    if len(records) > MOST_RECORDS:
        raise Unreadable(f"The batch has {len(records)} records; at most {MOST_RECORDS} go into one.")
    return records
