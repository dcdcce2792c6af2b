"""What a phone says of a contact, in a form that two cards can be compared by: its words, not its ways of writing."""

from __future__ import annotations

import io
import unicodedata
from dataclasses import dataclass, field

from apps.contacts.formats.records import Address, Card, Job, PartialDate, Raw, ReadOptions, UnreadableFile
from apps.contacts.formats.vcard import read
from apps.contacts.formats.vcard.values import APPLE_NO_YEAR

Value = dict[str, str]

_NAMES = ("prefix", "first_name", "middle_name", "last_name", "suffix", "nickname")
_BESIDE = ("language", "time_zone", "public_key")
# Lines that say how a card is written, or that groups of lines belong together in this very card.
_OF_THE_CARD = ("X-ABLABEL", "LABEL", "SORT-STRING", "X-ABADR", "X-IMAGETYPE", "X-IMAGEHASH", "X-SHARED-PHOTO")
_OURS = "X-RAPPORT"
_ADDRESS = ("po_box", "street2", "street", "city", "region", "postcode", "country")


@dataclass(slots=True)
class Facts:
    """A contact as one card tells of it. `lists` have an entry for each detail, by a key that survives rewriting."""

    texts: dict[str, str] = field(default_factory=dict)
    job: Value = field(default_factory=dict)
    jobs: list[Value] = field(default_factory=list)  # `job` among them
    lists: dict[str, dict[str, Value]] = field(default_factory=dict)
    photo: bytes = b""
    categories: list[str] = field(default_factory=list)
    raws: list[Raw] = field(default_factory=list)


def read_one(data: bytes) -> Card | None:
    """The card in `data`; None where there isn't exactly one that can be read."""
    try:
        found = list(read(io.BytesIO(data), ReadOptions(encoding="utf-8")))
    except UnreadableFile:
        return None
    return found[0] if len(found) == 1 and isinstance(found[0], Card) else None


def facts_of(card: Card, *, kind: str) -> Facts:
    """`kind` is what the contact is here: phones that know no organisations write them as people, and back."""
    facts = Facts()
    if kind == "organisation":
        employer = card.jobs[0].organisation if card.jobs else ""
        facts.texts["name"] = line(card.name or employer or card.full_name)
        facts.texts["nickname"] = line(card.nickname)
    else:
        facts.texts |= {name: line(getattr(card, name)) for name in _NAMES}
        jobs = card.jobs or ([Job(organisation=card.name)] if card.name else [])
        facts.jobs = [_job(job) for job in jobs]
        facts.job = next((_job(job) for job in jobs if job.is_primary), {})
    facts.texts["notes"] = card.notes.replace("\r\n", "\n").strip()
    facts.texts |= {name: line(getattr(card, name)) for name in _BESIDE}
    facts.texts["birthday"], facts.texts["anniversary"] = day_text(card.birthday), day_text(card.anniversary)
    facts.lists = {
        "emails": {one.address.lower(): {"address": one.address, "label": one.label} for one in card.emails()},
        "phones": {
            phone_key(one.raw): {"raw": line(one.raw), "kind": one.kind, "label": one.label} for one in card.phones()
        },
        "links": {one.url: {"url": one.url, "kind": one.kind, "label": one.label} for one in card.links()},
        "addresses": dict(_addresses(card)),
    }
    facts.photo = card.photo.data if card.photo else b""
    facts.categories = list(card.categories)
    facts.raws = [raw for raw in card.raw if not raw.name.startswith(_OURS) and raw.name not in _OF_THE_CARD]
    return facts


def line(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split()))


def phone_key(raw: str) -> str:
    """The same for a number however it is grouped."""
    return "".join(sign for sign in raw if sign.isdigit()) or raw.strip().lower()


def address_key(value: Value) -> str:
    """The same for an address however its lines are broken."""
    parts = (value.get(name, "").casefold().replace(",", " ") for name in _ADDRESS)
    return "|".join(" ".join(part.split()) for part in parts)


def day_text(day: PartialDate | None) -> str:
    """`1985-04-12`, `--04-12`, or "" for what a phone can't hold."""
    if day is None or not (day.month and day.day):
        return ""
    if day.year in (None, APPLE_NO_YEAR):
        return f"--{day.month:02}-{day.day:02}"
    return f"{day.year:04}-{day.month:02}-{day.day:02}"


def _job(job: Job) -> Value:
    return {
        "organisation": line(job.organisation),
        "department": " / ".join(map(line, job.departments)),
        "title": line(job.title),
        "role": line(job.role),
    }


def _addresses(card: Card) -> list[tuple[str, Value]]:
    found = []
    for unit in card.units:
        if not unit.address.is_empty():
            value = {"kind": unit.kind if unit.kind in ("home", "work") else "", **_address(unit.address)}
            found.append((address_key(value), value))
    return found


def _address(address: Address) -> Value:
    value = {name: line(getattr(address, name)) for name in _ADDRESS}
    value["street"] = line(f"{address.street} {address.house_number}")
    return value
