"""Cards as JSON and back, for those that wait for a person's decision."""

from __future__ import annotations

import base64
import dataclasses
import types
import typing
from datetime import date
from functools import cache
from typing import Any

from apps.contacts.formats.records import Card


def card_to_json(card: Card) -> dict[str, Any]:
    """All of `card`, as JSON."""
    packed: dict[str, Any] = _pack(card)
    return packed


def card_from_json(packed: dict[str, Any]) -> Card:
    """What `card_to_json` packed; fields that a record no longer has are left out."""
    card: Card = _unpack(Card, packed)
    return card


def _pack(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {each.name: _pack(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, list):
        return [_pack(item) for item in value]
    if isinstance(value, dict):
        return {key: _pack(item) for key, item in value.items()}
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, date):
        return value.isoformat()
    return value.replace("\0", "") if isinstance(value, str) else value


@cache
def _hints(record: type) -> dict[str, Any]:
    return typing.get_type_hints(record)


def _unpack(kind: Any, value: Any) -> Any:
    origin = typing.get_origin(kind)
    if origin is types.UnionType:
        return None if value is None else _unpack(typing.get_args(kind)[0], value)
    if origin is list:
        return [_unpack(typing.get_args(kind)[0], item) for item in value]
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        hints = _hints(kind)
        return kind(**{name: _unpack(hints[name], item) for name, item in value.items() if name in hints})
    if kind is bytes:
        return base64.b64decode(value)
    if kind is date:
        return date.fromisoformat(value)
    return value
