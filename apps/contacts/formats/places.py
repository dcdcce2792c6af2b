"""Addresses, e-mails, phones and links of other programs' tables, sorted into the contact's units."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .records import LINK_KINDS, PHONE_KINDS, Address, Card, Email, Phone, UnitRecord, Url
from .targets import Target
from .vocabulary import LABELS

_MANY = " ::: "
_ADDRESSES = re.compile(r"[^\s<>;,:\"']+@[^\s<>;,:\"']+")
_BETWEEN_NUMBERS = re.compile(r"\s*,\s*|\s+/\s+")
_SHORTEST_NUMBER = 7
_AREA = {"work_fax": "work", "home_fax": "home"}
_Leftover = list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Place:
    """One column and what it holds."""

    column: int
    target: Target


class _Group:
    """The columns that describe one thing: its value(s), its label, the parts of an address."""

    def __init__(self, target: Target) -> None:
        self.tag = target.tag
        self.values: list[int] = []
        self.parts: dict[str, list[int]] = {}

    def text(self, part: str, row: Sequence[str]) -> str:
        if (places := self.parts.get(part)) is None:
            return ""
        found = [row[place] for place in places if place < len(row) and row[place]]
        return (", " if part == "street2" else "\n").join(found)

    def label(self, row: Sequence[str]) -> tuple[str, str, bool]:
        """The label as a known word (or empty), as written, and whether it bears the star of a preferred value."""
        if "label" not in self.parts:
            return self.tag, "", False
        written = self.text("label", row)
        starred = written.startswith("*")
        written = written.lstrip("* ").strip()
        return self.tag or LABELS.get(written.casefold(), ""), written, starred


class Places:
    """All groups of a table; `fill` puts one row's into a card."""

    def __init__(self) -> None:
        self._groups: dict[str, dict[tuple[str, int, int], _Group]] = {}

    def add(self, place: Place) -> None:
        target = place.target
        # Columns without number are told apart: each is one more value of its kind. An address is one by its parts.
        single = target.family != "address" and not target.number
        key = (target.tag, target.number, place.column if single else -1)
        group = self._groups.setdefault(target.family, {}).setdefault(key, _Group(target))
        if target.part:
            group.parts.setdefault(target.part, []).append(place.column)
        else:
            group.values.append(place.column)

    def fill(self, card: Card, row: Sequence[str], leftover: _Leftover) -> None:
        """Add what `row` holds to `card`; cells that are no such thing go to `leftover`."""
        groups = self._groups
        units: list[UnitRecord] = []
        if "address" in groups:
            for group in groups["address"].values():
                address = _address(group, row, leftover)
                if address is not None:
                    kind = address.kind if address.kind in ("home", "work") else "other"
                    units.append(UnitRecord(kind=kind, address=address))
        found: list[tuple[str, Email | Phone | Url]] = []
        for family, read in (("email", _emails), ("phone", _phones), ("url", _urls)):
            first = len(found)
            for group in groups.get(family, {}).values():
                for place in group.values:
                    if place < len(row) and row[place]:
                        found += read(group, row, place, leftover)
            for position, (_, thing) in enumerate(found[first:], 1):
                thing.position = position
        if not units and found:
            units.append(UnitRecord())
        for area, thing in found:
            unit = next((unit for unit in units if area and unit.kind == area), units[0])
            if isinstance(thing, Email):
                unit.emails.append(thing)
            elif isinstance(thing, Phone):
                unit.phones.append(thing)
            else:
                unit.links.append(thing)
        if units and not card.units:
            units[0].is_primary = True
        card.units += units


def _emails(
    group: _Group, row: Sequence[str], place: int, leftover: _Leftover
) -> list[tuple[str, Email | Phone | Url]]:
    cell = row[place]
    if "@" not in cell:
        leftover.append((place, cell))
        return []
    word, written, starred = group.label(row)
    plain = cell.count("@") == 1 and not any(mark in cell for mark in " <;,")
    addresses = [cell] if plain else _ADDRESSES.findall(cell) or [cell]
    label = word or written
    return [(word, Email(address, label, is_primary=starred)) for address in addresses]


def _phones(
    group: _Group, row: Sequence[str], place: int, leftover: _Leftover
) -> list[tuple[str, Email | Phone | Url]]:
    cell = row[place]
    if not any(map(str.isdigit, cell)):
        leftover.append((place, cell))
        return []
    word, written, starred = group.label(row)
    kind = word if word in PHONE_KINDS else ""
    label = "" if kind else written
    numbers = [cell]
    for mark in (_MANY, ";", "\n"):
        numbers = [part.strip() for number in numbers for part in number.split(mark) if part.strip()]
    numbers = [part for number in numbers for part in _several(number)]
    area = _AREA.get(kind, kind)
    return [(area, Phone(number, kind, label, is_primary=starred)) for number in numbers]


def _several(text: str) -> list[str]:
    """ "067 123 45 67, 050 111 22 33": more than one where each has digits enough for a number of its own."""
    parts = _BETWEEN_NUMBERS.split(text)
    return parts if all(sum(map(str.isdigit, part)) >= _SHORTEST_NUMBER for part in parts) else [text]


def _urls(group: _Group, row: Sequence[str], place: int, leftover: _Leftover) -> list[tuple[str, Email | Phone | Url]]:
    word, written, starred = group.label(row)
    kind = written.casefold() if written.casefold() in LINK_KINDS else "web"
    label = word or (written if kind == "web" else "")
    return [(word, Url(url.strip(), kind, label, is_primary=starred)) for url in row[place].split(_MANY) if url.strip()]


def _address(group: _Group, row: Sequence[str], leftover: _Leftover) -> Address | None:
    text = group.text
    word, written, starred = group.label(row)
    address = Address(
        kind=word if word in ("home", "work", "other") else "",
        label="" if word else written,
        po_box=text("po_box", row),
        street=text("street", row),
        house_number=text("house_number", row),
        street2=text("street2", row),
        city=text("city", row),
        region=text("region", row),
        postcode=text("postcode", row),
        country=text("country", row),
        is_primary=starred,
    )
    whole = [(place, row[place]) for place in group.values if place < len(row) and row[place]]
    if whole and not address.street:
        address.street, whole = whole[0][1], whole[1:]
    # The whole address beside its parts says the same again; where it doesn't, it is kept.
    leftover += [(place, cell) for place, cell in whole if address.street not in cell]
    return None if address.is_empty() else address
