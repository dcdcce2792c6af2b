"""From raw records to those of `apps.crm.feed.records`: what is wrong is said with the field and its value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

import msgspec

from apps.crm.feed.records import Record

VERSION = 1
_PLACE = re.compile(r"^(?P<what>.*?)(?: - at `(?P<place>[^`]*)`)?$", re.DOTALL)
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_YEARS = range(1990, 2200)  # of dates that a plant can mean
_LONGEST_VALUE = 80

_decoder = msgspec.json.Decoder(Record)
_loose = msgspec.json.Decoder()


class Misfit(Exception):
    """A record that breaks the agreed format; the text says which field and what stood there."""


def decode(raw: bytes) -> Record:
    """A record of our own words as JSON. Raises Misfit."""
    try:
        record = cast(Record, _decoder.decode(raw))
    except msgspec.ValidationError as error:
        raise Misfit(_in_words(error, _loosely(raw))) from error
    except UnicodeDecodeError as error:
        raise Misfit("The record isn't UTF-8.") from error
    except msgspec.DecodeError as error:
        raise Misfit(f"The record can't be read: {error}") from error
    except RecursionError as error:
        raise Misfit("The record is nested too deeply.") from error
    _check(record, "")
    return record


def convert(values: Mapping[str, Any]) -> Record:
    """A record of our own words as a dictionary, whose numbers may be text. Raises Misfit."""
    try:
        record: Record = msgspec.convert(values, Record, strict=False)
    except msgspec.ValidationError as error:
        raise Misfit(_in_words(error, values)) from error
    except (RecursionError, OverflowError) as error:
        raise Misfit("The record is nested too deeply, or a number in it is too large.") from error
    _check(record, "")
    return record


def load(raw: bytes) -> Any:
    """What a raw record of JSON holds, whatever its words. Raises Misfit."""
    try:
        return _loose.decode(raw)
    except UnicodeDecodeError as error:
        raise Misfit("The record isn't UTF-8.") from error
    except msgspec.DecodeError as error:
        raise Misfit(f"The record can't be read: {error}") from error
    except RecursionError as error:
        raise Misfit("The record is nested too deeply.") from error


def json_schema() -> dict[str, Any]:
    """The agreement with the plants as JSON Schema (draft 2020-12): one record of version 1."""
    schema = msgspec.json.schema(Record)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rapport feed",
        "version": VERSION,
    } | schema


def _check(value: Any, place: str) -> None:
    """What types don't say: signs that can't be kept, dates that nobody means, amounts that are no numbers."""
    if isinstance(value, str):
        if "\x00" in value or (not value.isprintable() and _has_half_signs(value)):
            raise Misfit(f"{place}: this text has signs in it that can't be kept.")
    elif isinstance(value, date):
        if value.year not in _YEARS:
            raise Misfit(f"{place}: {value.isoformat()} is no date of our times.")
    elif isinstance(value, Decimal):
        if not value.is_finite():
            raise Misfit(f"{place}: {value} is no amount.")
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            inner = getattr(value, name)
            if inner is not None and inner.__class__ is not int and inner.__class__ is not bool:
                _check(inner, f"{place}.{name}" if place else name)
    elif isinstance(value, tuple):
        for number, inner in enumerate(value):
            _check(inner, f"{place}[{number}]")


def _has_half_signs(text: str) -> bool:
    return any("\ud800" <= sign <= "\udfff" for sign in text)


def _loosely(raw: bytes) -> Any:
    try:
        return _loose.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _in_words(error: msgspec.ValidationError, given: Any) -> str:
    """msgspec's own sentence with the field before it and the value behind it."""
    found = _PLACE.match(str(error))
    what, place = (found["what"], found["place"] or "$") if found else (str(error), "$")
    what = what.replace("`", "'")
    name = place.removeprefix("$").removeprefix(".")
    missing, value = _at(given, place)
    shown = "" if missing or isinstance(value, dict | list) or _shown(value) in what else f" (it is {_shown(value)})"
    return f"{name}: {what}{shown}" if name else f"{what}{shown}"


def _at(given: Any, place: str) -> tuple[bool, Any]:
    for name, number in _STEP.findall(place):
        try:
            given = given[name] if name else given[int(number)]
        except (KeyError, IndexError, TypeError):
            return True, None
    return False, given


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        value = value.isoformat()
    text = repr(value)
    return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "..."
