"""Our own numbered columns, taken exactly: what `csv_write` wrote comes back as it was."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from . import cells, people, shape
from .records import Card, Email, Phone, Photo, Raw, Tie, UnitRecord, Url
from .targets import GROUPS, Target, group_columns

_ORDER = ("unit", "job", "email", "phone", "url")
_LISTS = {Email: "emails", Phone: "phones", Url: "links"}


class OwnGroups:
    """The numbered groups of a table of ours: `Unit 1 - Name`, `E-mail 2 - Label`, and the JSON columns."""

    def __init__(self) -> None:
        self._groups: dict[tuple[int, int], list[tuple[int, str]]] = {}
        self._plan: list[tuple[str, int, list[tuple[int, shape.Column]], int]] = []
        self._single: dict[str, int] = {}

    def __bool__(self) -> bool:
        return bool(self._plan or self._single)

    def add(self, place: int, target: Target) -> None:
        if target.family in _ORDER:
            key = (_ORDER.index(target.family), target.number)
            self._groups.setdefault(key, []).append((place, target.part))
        else:
            self._single[f"{target.family}.{target.part}" if target.part else target.family] = place

    def finish(self) -> None:
        """Set the order: units first, then what belongs to them, by number."""
        for (order, number), columns in sorted(self._groups.items()):
            family = _ORDER[order]
            known = group_columns(family)
            unit = next((place for place, part in columns if part == "unit"), -1)
            parts = [(place, known[part]) for place, part in columns if part in known]
            self._plan.append((family, number, parts, unit))

    def fill(self, card: Card, row: Sequence[str]) -> None:
        """Add the groups of `row` to `card`."""
        units: dict[int, UnitRecord] = {}
        width = len(row)
        for family, number, parts, unit_place in self._plan:
            owner = row[unit_place] if 0 <= unit_place < width else ""
            if not owner:
                for place, _ in parts:
                    if place < width and row[place]:
                        break
                else:
                    continue
            record = shape.blank(GROUPS[family])
            for place, column in parts:
                if place < width and (row[place] or not column.begins_empty):
                    column.put(record, row[place])
            if family == "unit":
                units[number] = record
                card.units.append(record)
            elif family == "job":
                card.jobs.append(record)
            else:
                unit = units.get(int(owner)) if owner.isdecimal() else None
                if unit is None:
                    unit = card.units[0] if card.units else UnitRecord()
                    card.units = card.units or [unit]
                record.position = number
                getattr(unit, _LISTS[GROUPS[family]]).append(record)
        if self._single:
            self._fill_single(card, {name: row[place] for name, place in self._single.items() if place < width})

    def _fill_single(self, card: Card, found: dict[str, str]) -> None:
        picture, address = found.get("photo", ""), found.get("photo.url", "")
        if picture or address or found.get("photo.type"):
            card.photo = read_photo(picture, found.get("photo.type", ""), address)
            if card.photo is None and picture:
                card.raw.append(Raw("X-CSV", picture, {"NAME": ["Photo"]}))
        if found.get("raw_json"):
            card.raw += _records(Raw, found["raw_json"])
        if found.get("ties_json"):
            card.ties += _records(Tie, found["ties_json"])


def read_photo(picture: str, mime_type: str, address: str) -> Photo | None:
    """The picture of our own columns; a cell that is no base64 is read as other programs write it."""
    try:
        data = base64.b64decode(picture, validate=True)
    except (binascii.Error, ValueError):
        found = people.photo_of(picture)
        return found or (Photo(url=address) if address else None)
    mime_type = mime_type or people.mime_of(data)
    return Photo(data, mime_type, address) if mime_type or address else None


def pack_records(records: Sequence[Raw] | Sequence[Tie]) -> str:
    """Records as JSON, each an object of its columns as text, empty ones left out."""
    if not records:
        return ""
    kind: type = type(records[0])
    columns = shape.columns_of(kind)
    return cells.pack_json(
        [{column.path: text for column in columns if (text := column.text(record))} for record in records]
    )


def _records(record: type[Any], text: str) -> list[Any]:
    try:
        items = cells.unpack_json(text)
    except ValueError:
        return [Raw("X-CSV", text, {"NAME": [record.__name__]})] if record is Raw else []
    found = []
    columns = shape.by_path(record)
    required = next(iter(columns))
    for item in items if isinstance(items, list) else []:
        if not isinstance(item, dict) or not isinstance(item.get(required), str):
            continue
        made = shape.blank(record)
        for path, value in item.items():
            if path in columns and isinstance(value, str):
                columns[path].put(made, value)
        # A text field that was left out was empty, whatever it begins as.
        for path, column in columns.items():
            if path not in item and not column.begins_empty:
                column.put(made, "")
        found.append(made)
    return found
