"""A card of a file made into what the tables hold: cut to size, cleaned, with the keys it is recognised by."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any
from uuid import UUID

from apps.contacts.formats.people import split_name
from apps.contacts.formats.records import (
    Card,
    Job,
    PartialDate,
    Photo,
    Raw,
)
from apps.contacts.formats.vcard import values as vcard_values
from apps.contacts.models import Entity, RawProperty
from apps.contacts.services import derive
from apps.contacts.services.imports.cleaning import beside, clean
from apps.contacts.services.imports.custom import CleanValues, CustomFields
from apps.contacts.services.imports.limits import lengths_of, too_long
from apps.contacts.services.imports.unit_drafts import UnitDraft, copies_of, settle_primaries, unit_draft

EXTERNAL_UID = "X-RAPPORT-EXTERNAL-UID"  # how our own exports carry what others call a contact
FULL_NAME = "X-RAPPORT-FULL-NAME"  # what a file calls a contact beyond the names we have fields for
_TEXTS = (
    "prefix", "first_name", "middle_name", "last_name", "suffix", "nickname", "name", "legal_name",
    "registration_number", "vat_number", "industry", "organisation_type", "language", "time_zone",
)  # fmt: skip
_texts_of = attrgetter(*_TEXTS)
_LONG_TEXTS = ("public_key", "notes")


@dataclass(slots=True)
class Draft:
    """One contact on its way in."""

    card: Card
    values: dict[str, Any]  # the entity's columns that have something to say
    units: list[UnitDraft]
    raws: list[Raw]
    jobs: list[Job]  # none of an organisation
    categories: list[str]
    photo: Photo | None
    uid: UUID | None  # the file's UID where it is one of the form that ours have
    name_key: str = ""
    organisation_key: str = ""
    emails: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()  # digits from the end, of the E.164 form where it is known
    references: list[tuple[int, str]] = field(default_factory=list)  # entity-valued custom fields: definition, UID
    foreign_uids: list[str] = field(default_factory=list)
    keeps_foreign_uid: bool = False  # the file's UID is taken by another contact here
    is_implied: bool = False  # an organisation made on the way
    entity_id: int = 0  # reserved when it is to be created
    folder_id: int = 0
    file_name: str = ""

    @property
    def index(self) -> int:
        return self.card.index


def draft_of(card: Card, *, region: str = "", home: str = "", fields: CustomFields | None = None) -> Draft:
    """Make a draft of `card`, whose texts it cleans in place.

    `region` says whose phone numbers lack a country; without it the address does, then `home`.

    Nothing is refused: a value that the model can't hold is cut and kept whole as a raw property.
    """
    raws = [raw for raw in card.raw if raw.name != EXTERNAL_UID]
    values = _entity_values(card, raws)
    units = [unit_draft(unit, region, home, raws, fields) for unit in card.units]
    if len(units) == 1 and units[0].is_empty():
        units = []
    settle_primaries(units)
    jobs = card.jobs
    if card.kind == "organisation":
        jobs = []
        raws += _jobs_of_an_organisation(card)
    draft = Draft(card, values, units, raws, jobs, card.categories, card.photo, as_uuid(card.uid))
    if card.attributes:
        clean_values = fields.clean(card.kind, card.attributes) if fields else CleanValues(card.attributes)
        values["attributes"] = clean_values.values
        raws += clean_values.refused
        draft.references = clean_values.references
    if any(raw.name == EXTERNAL_UID for raw in card.raw):
        draft.foreign_uids = list(
            dict.fromkeys(vcard_values.unescape(raw.value) for raw in card.raw if raw.name == EXTERNAL_UID)
        )
    settle(draft)
    shown = values["display_name"]
    if card.full_name and card.full_name != shown and _says_more(card, shown):
        raws.append(beside(FULL_NAME, card.full_name))
    if raws:
        draft.raws = [raw for raw in map(_fitting_raw, raws) if raw]
    return draft


def settle(draft: Draft) -> None:
    """Derive what follows from the draft's names and details: how it is shown, and what it is recognised by."""
    card, values = draft.card, draft.values
    addresses = [email["address"] for unit in draft.units for email in unit.emails]
    phones = [phone for unit in draft.units for phone in unit.phones]
    draft.emails = frozenset(address.lower() for address in addresses)
    draft.numbers = frozenset(phone["digits_reversed"] for phone in phones if phone["digits_reversed"])
    employer = next((job.organisation for job in draft.jobs if job.organisation), "")
    values |= copies_of(draft.units)
    values["display_name"] = shown = derive.display_name(
        card,
        email=values["primary_email"] or next(iter(addresses), ""),
        phone=values["primary_phone"] or next((phone["raw"] for phone in phones), ""),
        organisation=employer,
    )
    values["sort_name"] = derive.sort_name(card, shown)
    values["name_key"] = draft.name_key = derive.name_key(card)
    draft.organisation_key = derive.fold_name(employer) if employer else ""


def as_uuid(text: str) -> UUID | None:
    """The UUID that a UID is, with or without `urn:uuid:`; None for any other text."""
    if not 32 <= len(text) <= 45:
        return None
    try:
        return UUID(text.removeprefix("urn:uuid:"))
    except ValueError:
        return None


def _entity_values(card: Card, raws: list[Raw]) -> dict[str, Any]:
    card.kind = "organisation" if card.kind == "organisation" else "person"
    values: dict[str, Any] = {}
    for name, text in zip(_TEXTS, _texts_of(card), strict=True):
        if text:
            values[name] = cleaned = clean(text)
            setattr(card, name, cleaned)
    card.full_name = clean(card.full_name)
    if card.kind == "organisation":
        values["name"] = card.name = card.name or card.full_name
    elif _is_named_whole(card):
        card.first_name, card.middle_name, card.last_name = names = split_name(card.full_name)
        values |= zip(("first_name", "middle_name", "last_name"), names, strict=True)
    for name in too_long(Entity, values):
        raws.append(beside(f"X-RAPPORT-{name.upper().replace('_', '-')}", values[name]))
        values[name] = values[name][: lengths_of(Entity)[name]].rstrip()
        setattr(card, name, values[name])
    for name in _LONG_TEXTS:
        if text := getattr(card, name):
            values[name] = vcard_values.clean(text)
    for name, day in (("birthday", card.birthday), ("anniversary", card.anniversary)):
        if day is not None:
            kept = _partial(day)
            if kept:
                values[name] = kept
            else:
                raws.append(beside(f"X-RAPPORT-{name.upper()}", f"{day.year or ''}-{day.month or ''}-{day.day or ''}"))
    values["kind"] = card.kind
    if card.photo is not None and card.photo.url:
        if len(card.photo.url) <= lengths_of(Entity)["photo_url"]:
            values["photo_url"] = clean(card.photo.url)
        else:
            raws.append(beside("X-RAPPORT-PHOTO-URL", card.photo.url))
    return values


def _is_named_whole(card: Card) -> bool:
    if not card.full_name or card.first_name or card.last_name or card.middle_name or card.name:
        return False
    return card.full_name not in (derive.display_name(card), card.nickname)


def _jobs_of_an_organisation(card: Card) -> list[Raw]:
    """An organisation holds no job: what a file says of one is kept beside."""
    kept = []
    for job in card.jobs:
        organisation = job.organisation if derive.fold_name(job.organisation) != derive.fold_name(card.name) else ""
        parts = [organisation, *job.departments]
        if any(parts):
            kept.append(beside("X-RAPPORT-ORG", ";".join(parts)))
        kept += [
            beside(name, text) for name, text in (("X-RAPPORT-TITLE", job.title), ("X-RAPPORT-ROLE", job.role)) if text
        ]
    return kept


def _partial(day: PartialDate) -> str:
    try:
        return derive.partial_date(day.year, day.month, day.day)
    except ValueError:
        return ""


def _says_more(card: Card, shown: str) -> bool:
    parts = (shown, card.prefix, card.nickname, card.first_name, card.name, card.suffix)
    known = set(derive.fold_name(" ".join(parts)).split())
    return not known.issuperset(derive.fold_name(card.full_name).split())


def _fitting_raw(raw: Raw) -> Raw | None:
    lengths = lengths_of(RawProperty)
    name, group = clean(raw.name), clean(raw.group)
    if not name:
        return None
    if len(name) <= lengths["name"] and len(group) <= lengths["group"] and raw.value.isprintable():
        return raw
    value = vcard_values.clean(raw.value).replace("\n", "\\n")
    return Raw(name[: lengths["name"]], value, raw.params, group[: lengths["group"]])
