"""Rows of a table to cards, once it is known which column holds what."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from . import cells, people
from .own_rows import OwnGroups
from .places import Place, Places
from .records import Card, Job, PartialDate, Raw
from .targets import DATE_PARTS, IGNORE, JOB_FIELDS, OWN_MARK, SCALARS, Target, parse_target

Setter = Callable[[Card, str], bool]
_ORGANISATION = frozenset(("organisation", "organization", "org", "company", "firma", "организация", "організація"))
_EVENT = re.compile(r"(Event \d{1,4} - (?:Label|Type|Value))\Z")
_ANNIVERSARY = frozenset(("anniversary", "jahrestag", "годовщина", "річниця"))
_SYSTEM_GROUPS = frozenset(("my contacts", "mycontacts", "other contacts"))


class RowMapper:
    """Makes a card of each row of a table.

    Columns whose target is `raw`, cells that don't fit their target, and cells beyond the header are kept as
    `X-CSV` properties with the column's name. In our own CSV every cell is taken exactly as it stands; in
    others blanks around it don't count.
    """

    def __init__(
        self,
        header: Sequence[str],
        mapping: Mapping[str, str],
        sample_rows: Sequence[Sequence[str]] = (),
        *,
        raw_name: str = "X-CSV",
    ) -> None:
        self._header = header
        self._raw_name = raw_name
        self._exact = OWN_MARK in header
        self._raw: list[int] = []
        self._scalars: list[tuple[int, Setter]] = []
        self._dates: dict[str, dict[str, int]] = {}
        self._jobs: dict[int, dict[str, int]] = {}
        self._places = Places()
        self._own = OwnGroups()
        self._split_name = True
        seen: set[str] = set()
        for place, title in enumerate(header):
            target = parse_target(mapping.get(title, "")) or Target("raw")
            if target.family == IGNORE:
                continue
            self._plan(place, target, [row[place] for row in sample_rows if place < len(row)], seen)
        if "first_name" in seen or "last_name" in seen or self._exact:
            self._split_name = False
        self._own.finish()

    def card(self, row: Sequence[str], index: int) -> Card:
        """The card of one row; `index` is its place in the file."""
        if not self._exact:
            row = [cells.bare(cell) for cell in row]
        card = Card(index=index)
        leftover: list[tuple[int, str]] = []
        width = len(row)
        for place, put in self._scalars:
            if place < width and (cell := row[place]) and not put(card, cell):
                leftover.append((place, cell))
        for name, columns in self._dates.items():
            if not _put_date_parts(card, name, {part: row[place] for part, place in columns.items() if place < width}):
                leftover += [(place, row[place]) for place in columns.values() if place < width and row[place]]
        for columns in self._jobs.values():
            job = _Job({part: row[place] for part, place in columns.items() if place < width and row[place]})
            if job.cells:
                card.jobs.append(job.record(is_first=not card.jobs))
        if self._own:
            self._own.fill(card, row)
        self._places.fill(card, row, leftover)
        for place in self._raw:
            if place < width and row[place]:
                leftover.append((place, row[place]))
        if width > len(self._header):
            leftover += [(place, cell) for place, cell in enumerate(row) if place >= len(self._header) and cell]
        if leftover:
            card.raw += [Raw(self._raw_name, cell, {"NAME": [self._title(place)]}) for place, cell in leftover]
        if not self._exact:
            _take_anniversary(card)
            people.settle(card, split=self._split_name)
        return card

    def _title(self, place: int) -> str:
        return self._header[place] if place < len(self._header) else f"Column {place + 1}"

    def _plan(self, place: int, target: Target, samples: list[str], seen: set[str]) -> None:
        family = target.family
        if family == "attributes":
            self._scalars.append((place, _attribute(target.part, exact=self._exact)))
        elif family in ("birthday", "anniversary") and target.part in DATE_PARTS:
            self._dates.setdefault(family, {})[target.part] = place
        elif family in JOB_FIELDS:
            columns = self._jobs.setdefault(target.number, {})
            if family in columns:
                self._raw.append(place)
            else:
                columns[family] = place
        elif family in ("unit", "job", "raw_json", "ties_json", "photo") or (self._exact and target.number):
            self._own.add(place, target)
        elif family in ("email", "phone", "url", "address"):
            self._places.add(Place(place, target))
        elif family in SCALARS and (family not in seen or family == "notes"):
            seen.add(family)
            self._scalars.append((place, _scalar(family, samples, exact=self._exact)))
        else:
            self._raw.append(place)


def _scalar(path: str, samples: list[str], *, exact: bool) -> Setter:
    """Puts a cell into one of the card's own fields; says no where the cell makes no such value."""
    column = SCALARS[path]
    if exact:

        def put_exactly(card: Card, cell: str) -> bool:
            column.put(card, cell)
            return True

        return put_exactly
    if path in ("birthday", "anniversary"):
        return _date(path, day_first=cells.is_day_first(samples))
    if path == "categories":
        return _put_categories
    if path == "kind":
        return _put_kind
    if path == "notes":
        return _put_notes

    def put(card: Card, cell: str) -> bool:
        setattr(card, path, cell)
        return True

    return put


def _date(path: str, *, day_first: bool) -> Setter:
    def put(card: Card, cell: str) -> bool:
        value = cells.read_partial(cell, day_first=day_first)
        setattr(card, path, value)
        return value is not None or not cell.strip("0/.- :")

    return put


def _put_categories(card: Card, cell: str) -> bool:
    for name in cells.read_list(cell):
        name = name.removeprefix("* ").strip()
        if name and name.casefold() not in _SYSTEM_GROUPS and name not in card.categories:
            card.categories.append(name)
    return True


def _put_kind(card: Card, cell: str) -> bool:
    if cell.casefold() in _ORGANISATION:
        card.kind = "organisation"
    return True


def _put_notes(card: Card, cell: str) -> bool:
    card.notes = f"{card.notes}\n{cell}" if card.notes else cell
    return True


def _take_anniversary(card: Card) -> None:
    """Google writes it as a pair, "Event 1 - Label" and "Event 1 - Value"; other events stay aside."""
    events = {found[1]: raw for raw in card.raw if (found := _EVENT.match(raw.params.get("NAME", [""])[0]))}
    for place, raw in events.items():
        number = place.removesuffix(" - Label").removesuffix(" - Type")
        value = events.get(f"{number} - Value")
        if number == place or value is None or raw.value.lstrip("* ").casefold() not in _ANNIVERSARY:
            continue
        if card.anniversary is None and (day := cells.read_partial(value.value)):
            card.anniversary = day
            card.raw = [each for each in card.raw if each is not raw and each is not value]


def _attribute(key: str, *, exact: bool) -> Setter:
    def put(card: Card, cell: str) -> bool:
        card.attributes[key] = cells.unpack_any(cell) if exact else cell
        return True

    return put


def _put_date_parts(card: Card, name: str, parts: Mapping[str, str]) -> bool:
    if not any(parts.values()):
        return True
    if not all(text.isdecimal() for text in parts.values() if text):
        return False
    number = {part: int(text) or None for part, text in parts.items() if text}
    value = PartialDate(number.get("year"), number.get("month"), number.get("day"))
    checked = cells.read_partial(cells.pack_partial(value))
    setattr(card, name, checked)
    return checked is not None


@dataclass(slots=True)
class _Job:
    cells: dict[str, str] = field(default_factory=dict)

    def record(self, *, is_first: bool) -> Job:
        text = self.cells.get
        department = text("department", "")
        return Job(
            text("organisation", ""),
            [department] if department else [],
            text("job_title", ""),
            text("role", ""),
            is_primary=is_first,
        )
