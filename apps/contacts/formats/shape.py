"""The fields of the plain records as flat columns of text, for our own CSV and SQL.

Derived from the dataclasses, so that a field added there is exported and imported at once.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from operator import attrgetter
from typing import Any

from . import cells
from .records import Address, Card, PartialDate


@dataclass(frozen=True, slots=True)
class Column:
    """One field as text. `path` is dotted where the field belongs to an inner record (`address.city`)."""

    path: str
    is_flag: bool
    is_number: bool
    begins_empty: bool  # an empty text leaves a new record's field as it is
    get: Callable[[Any], Any]
    pack: Callable[[Any], str]
    unpack: Callable[[str], Any]

    def text(self, record: object) -> str:
        """The field's value as text."""
        return self.pack(self.get(record))

    def put(self, record: object, text: str) -> None:
        """Set the field from text; text that makes no such value leaves it alone."""
        value = self.unpack(text)
        if value is _NOTHING:
            return
        outer, _, name = self.path.rpartition(".")
        setattr(getattr(record, outer) if outer else record, name, value)


_NOTHING = object()


def _or_nothing(read: Callable[[str], Any]) -> Callable[[str], Any]:
    def unpack(text: str) -> Any:
        try:
            return read(text)
        except ValueError:
            return _NOTHING

    return unpack


def _object(text: str) -> dict[str, object]:
    value = cells.unpack_json(text) if text else {}
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def _same(text: str) -> str:
    return text


_CONVERTERS: dict[object, tuple[Callable[[Any], str], Callable[[str], Any]]] = {
    str: (_same, _same),
    bool: (cells.pack_bool, cells.read_bool),
    int: (str, _or_nothing(int)),
    date | None: (lambda value: value.isoformat() if value else "", cells.read_date),
    PartialDate | None: (cells.pack_partial, cells.read_partial),
    list[str]: (cells.pack_list, cells.unpack_list),
    dict[str, list[str]]: (lambda value: cells.pack_json(value) if value else "", _or_nothing(_object)),
    dict[str, object]: (lambda value: cells.pack_json(value) if value else "", _or_nothing(_object)),
}


@cache
def columns_of(record: type) -> tuple[Column, ...]:
    """The columns of a record's class, inner records unfolded; lists of other records are left out."""
    return tuple(_columns(record, ""))


def _columns(record: type, prefix: str) -> list[Column]:
    hints = typing.get_type_hints(record)
    found = []
    for field in dataclasses.fields(record):
        kind = hints[field.name]
        path = prefix + field.name
        if kind is Address:
            found += _columns(Address, path + ".")
        elif kind in _CONVERTERS:
            pack, unpack = _CONVERTERS[kind]
            empty = field.default is dataclasses.MISSING or not field.default
            found.append(Column(path, kind is bool, kind is int, empty, attrgetter(path), pack, unpack))
    return found


def blank(record: type[Any]) -> Any:
    """A record with nothing in it; texts without default are empty."""
    required = [field for field in dataclasses.fields(record) if field.default is field.default_factory]
    return record(**{field.name: "" for field in required})


def by_path(record: type) -> dict[str, Column]:
    return {column.path: column for column in columns_of(record)}


CARD_COLUMNS = tuple(column for column in columns_of(Card) if column.path not in ("index", "attributes"))
