"""Cards to CSV: every field in our own columns, or the columns that Google and Outlook read."""

from __future__ import annotations

import base64
import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from . import cells
from .own_rows import pack_records
from .records import Address, Card, Email, Job, Phone, UnitRecord, Url
from .targets import OWN_TITLES, SCALARS, Target, group_columns, own_title

Columns = Literal["rapport", "google", "outlook"]
_CHUNK = 64 * 1024
# A number such as +49 (30) 123-4: nothing a spreadsheet could do harm with; Google and Outlook must get it plain.
_PLAIN_NUMBER = re.compile(r"\+[\d\s().-]*\Z")


@dataclass(frozen=True, slots=True)
class Widths:
    """How many numbered columns a file needs, and which custom fields it has."""

    emails: int = 0
    phones: int = 0
    links: int = 0
    units: int = 0
    jobs: int = 0
    attributes: tuple[str, ...] = ()

    def including(self, card: Card) -> Widths:
        """Widths that hold `card` too."""
        emails, phones, links = len(card.emails()), len(card.phones()), len(card.links())
        new = tuple(key for key in card.attributes if key not in self.attributes)
        if (
            emails <= self.emails
            and phones <= self.phones
            and links <= self.links
            and len(card.units) <= self.units
            and len(card.jobs) <= self.jobs
            and not new
        ):
            return self
        return replace(
            self,
            emails=max(self.emails, emails),
            phones=max(self.phones, phones),
            links=max(self.links, links),
            units=max(self.units, len(card.units)),
            jobs=max(self.jobs, len(card.jobs)),
            attributes=self.attributes + new,
        )


def widths_of(cards: Iterable[Card]) -> Widths:
    """The widths that hold all of `cards`: the first of two passes."""
    widths = Widths()
    for card in cards:
        widths = widths.including(card)
    return widths


def write(cards: Iterable[Card], *, columns: Columns = "rapport", width: Widths | None = None) -> Iterator[bytes]:
    """The file in UTF-8 with a byte order mark, in portions. Cells that a spreadsheet would run are defused.

    `width` has to hold every card (a ValueError says where it doesn't); without it the cards are gone through
    twice, so they must be a list then.
    """
    if width is None:
        cards = list(cards)
        width = widths_of(cards)
    header, row_of = _LAYOUTS[columns](width)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(cells.defuse(title) for title in header)
    yield codecs.BOM_UTF8
    for card in cards:
        row = row_of(card)
        if len(row) != len(header):
            raise ValueError(f"card {card.uid!r} has more values than the widths given")
        writer.writerow(row)
        if buffer.tell() > _CHUNK:
            yield buffer.getvalue().encode(errors="replace")
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode(errors="replace")


RowOf = Callable[[Card], list[str]]


def _rapport(width: Widths) -> tuple[list[str], RowOf]:
    counts = {
        "unit": width.units, "job": width.jobs, "email": width.emails, "phone": width.phones, "url": width.links,
    }  # fmt: skip
    scalars = sorted(SCALARS.values(), key=lambda column: column.path != "uid")
    header = [OWN_TITLES[column.path] for column in scalars]
    header += [OWN_TITLES[path] for path in ("photo", "photo.type", "photo.url")]
    for family, count in counts.items():
        parts = [*group_columns(family)] + (["unit"] if family in ("email", "phone", "url") else [])
        header += [own_title(Target(family, number=n, part=part)) for n in range(1, count + 1) for part in parts]
    header += [own_title(Target("attributes", part=key)) for key in width.attributes]
    header += [OWN_TITLES["ties_json"], OWN_TITLES["raw_json"]]

    def row_of(card: Card) -> list[str]:
        row = [column.text(card) for column in scalars]
        photo = card.photo
        row += [base64.b64encode(photo.data).decode(), photo.mime_type, photo.url] if photo else [""] * 3
        _add_group(row, "unit", [(unit, None) for unit in card.units], width.units)
        _add_group(row, "job", [(job, None) for job in card.jobs], width.jobs)
        owner = {id(thing): n for n, unit in enumerate(card.units, 1) for thing in _things(unit)}
        _add_group(row, "email", [(email, owner[id(email)]) for email in card.emails()], width.emails)
        _add_group(row, "phone", [(phone, owner[id(phone)]) for phone in card.phones()], width.phones)
        _add_group(row, "url", [(link, owner[id(link)]) for link in card.links()], width.links)
        row += [cells.pack_any(card.attributes[key]) if key in card.attributes else "" for key in width.attributes]
        row += [pack_records(card.ties), pack_records(card.raw)]
        return [cells.defuse(cell) for cell in row]

    return header, row_of


def _things(unit: UnitRecord) -> list[Email | Phone | Url]:
    return [*unit.emails, *unit.phones, *unit.links]


def _add_group(row: list[str], family: str, records: list[tuple[object, int | None]], count: int) -> None:
    columns = group_columns(family).values()
    for record, unit in records:
        row += [column.text(record) for column in columns]
        if unit is not None:
            row.append(str(unit))
    parts = len(columns) + (family in ("email", "phone", "url"))
    row += [""] * (parts * (count - len(records)))


def _defuse_plainly(cell: str) -> str:
    return cell if _PLAIN_NUMBER.match(cell) else cells.defuse(cell)


def _job(card: Card) -> Job:
    if card.kind == "organisation":
        return Job(card.name)
    return next((job for job in card.jobs if job.is_primary), card.jobs[0] if card.jobs else Job())


_GOOGLE_NAMES = (
    "First Name", "Middle Name", "Last Name", "Name Prefix", "Name Suffix", "Nickname", "Organization Name",
    "Organization Title", "Organization Department", "Birthday", "Notes", "Labels",
)  # fmt: skip
_GOOGLE_ADDRESS = ("Label", "Street", "City", "PO Box", "Region", "Postal Code", "Country", "Extended Address")
_GOOGLE_LABELS = {
    "work": "Work", "home": "Home", "mobile": "Mobile", "fax": "Fax", "work_fax": "Work Fax", "home_fax": "Home Fax",
    "pager": "Pager", "main": "Main", "other": "Other",
}  # fmt: skip


def _google(width: Widths) -> tuple[list[str], RowOf]:
    header = [*_GOOGLE_NAMES]
    header += [f"E-mail {n} - {part}" for n in range(1, width.emails + 1) for part in ("Label", "Value")]
    header += [f"Phone {n} - {part}" for n in range(1, width.phones + 1) for part in ("Label", "Value")]
    header += [f"Address {n} - {part}" for n in range(1, width.units + 1) for part in _GOOGLE_ADDRESS]
    header += [f"Website {n} - {part}" for n in range(1, width.links + 1) for part in ("Label", "Value")]

    def labelled(values: list[tuple[str, bool, str]], count: int) -> list[str]:
        row = []
        for label, is_primary, value in values:
            row += [("* " if is_primary else "") + _GOOGLE_LABELS.get(label, label), value]
        return row + [""] * (2 * (count - len(values)))

    def row_of(card: Card) -> list[str]:
        job = _job(card)
        row = [
            card.first_name, card.middle_name, card.last_name, card.prefix, card.suffix, card.nickname,
            job.organisation, job.title, " / ".join(job.departments), cells.pack_partial(card.birthday), card.notes,
            " ::: ".join(card.categories),
        ]  # fmt: skip
        row += labelled([(email.label, email.is_primary, email.address) for email in card.emails()], width.emails)
        row += labelled([(p.kind or p.label, p.is_primary, p.raw) for p in card.phones()], width.phones)
        for unit in card.units:
            place = unit.address
            label = "" if place.is_empty() else _GOOGLE_LABELS.get(_area(unit), place.label)
            row += [
                label, _street(place), place.city, place.po_box, place.region, place.postcode, place.country,
                place.street2,
            ]  # fmt: skip
        row += [""] * (len(_GOOGLE_ADDRESS) * (width.units - len(card.units)))
        row += labelled([(link.label, link.is_primary, link.url) for link in card.links()], width.links)
        return [_defuse_plainly(cell) for cell in row]

    return header, row_of


_OUTLOOK_NAMES = ("Title", "First Name", "Middle Name", "Last Name", "Suffix", "Company", "Department", "Job Title")
_OUTLOOK_ADDRESS = ("Street", "Street 2", "Address PO Box", "City", "State", "Postal Code", "Country/Region")
_OUTLOOK_PHONES = {
    "Business Phone": "work", "Business Phone 2": "work", "Home Phone": "home", "Home Phone 2": "home",
    "Mobile Phone": "mobile", "Business Fax": "work_fax", "Home Fax": "home_fax", "Other Fax": "fax", "Pager": "pager",
    "Company Main Phone": "main", "Other Phone": "other",
}  # fmt: skip
_OUTLOOK_AREAS = {"Business": "work", "Home": "home", "Other": "other"}


def _outlook(width: Widths) -> tuple[list[str], RowOf]:
    header = [*_OUTLOOK_NAMES, *_OUTLOOK_PHONES]
    header += [f"{area} {part}" for area in _OUTLOOK_AREAS for part in _OUTLOOK_ADDRESS]
    header += ["E-mail Address", "E-mail 2 Address", "E-mail 3 Address", "Web Page", "Birthday", "Anniversary"]
    header += ["Categories", "Notes"]

    def row_of(card: Card) -> list[str]:
        job = _job(card)
        row = [
            card.prefix, card.first_name, card.middle_name, card.last_name, card.suffix, job.organisation,
            " / ".join(job.departments), job.title,
        ]  # fmt: skip
        phones = card.phones()
        for kind in _OUTLOOK_PHONES.values():
            found = next((p for p in phones if p.kind == kind or (kind == "other" and p.kind in ("", "other"))), None)
            phones = [phone for phone in phones if phone is not found]
            row.append(found.raw if found else "")
        for area in _OUTLOOK_AREAS.values():
            place = next((unit.address for unit in card.units if _area(unit) == area), Address())
            row += [
                _street(place), place.street2, place.po_box, place.city, place.region, place.postcode, place.country,
            ]  # fmt: skip
        emails = [email.address for email in card.emails()][:3]
        row += emails + [""] * (3 - len(emails))
        row += [next((link.url for link in card.links()), "")]
        row += [cells.pack_partial(card.birthday), cells.pack_partial(card.anniversary)]
        row += [";".join(card.categories), card.notes]
        return [_defuse_plainly(cell) for cell in row]

    return header, row_of


def _street(place: Address) -> str:
    return f"{place.street} {place.house_number}".strip()


def _area(unit: UnitRecord) -> str:
    kind = unit.address.kind or unit.kind
    return kind if kind in ("home", "work") else "other"


_LAYOUTS: dict[str, Callable[[Widths], tuple[list[str], RowOf]]] = {
    "rapport": _rapport,
    "google": _google,
    "outlook": _outlook,
}
