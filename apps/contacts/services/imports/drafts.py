"""A card of a file made into what the tables hold: cut to size, cleaned, with the keys it is recognised by."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parseaddr
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime

from apps.contacts.formats.people import split_name
from apps.contacts.formats.records import (
    LINK_KINDS,
    PHONE_KINDS,
    UNIT_KINDS,
    Card,
    Email,
    Job,
    PartialDate,
    Phone,
    Photo,
    Raw,
    UnitRecord,
    Url,
)
from apps.contacts.formats.vcard import values as vcard_values
from apps.contacts.models import EmailAddress, Entity, Link, PhoneNumber, RawProperty, Unit
from apps.contacts.services import derive
from apps.contacts.services.imports.countries import country_code
from apps.contacts.services.imports.custom import CleanValues, CustomFields
from apps.contacts.services.imports.limits import lengths_of, too_long

EXTERNAL_UID = "X-RAPPORT-EXTERNAL-UID"  # how our own exports carry what others call a contact
FULL_NAME = "X-RAPPORT-FULL-NAME"  # what a file calls a contact beyond the names we have fields for
_TEXTS = (
    "prefix", "first_name", "middle_name", "last_name", "suffix", "nickname", "name", "legal_name",
    "registration_number", "vat_number", "industry", "organisation_type", "language", "time_zone",
)  # fmt: skip
_LONG_TEXTS = ("public_key", "notes")
_PLACE = ("street", "house_number", "street2", "postcode", "city", "region", "po_box")


@dataclass(slots=True)
class UnitDraft:
    """A unit's columns and its details', without ids."""

    values: dict[str, Any]
    parent_name: str = ""
    emails: list[dict[str, Any]] = field(default_factory=list)
    phones: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)

    def is_empty(self) -> bool:
        """Whether it says nothing at all."""
        said = self.values.keys() - {"kind", "is_primary"}
        return not said and self.values["kind"] == "other" and self.is_bare()

    def is_bare(self) -> bool:
        return not (self.emails or self.phones or self.links)


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
    units = [_unit_draft(unit, region, home, raws, fields) for unit in card.units]
    if len(units) == 1 and units[0].is_empty():
        units = []
    _settle_primaries(units)
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
    values |= _copies(draft.units)
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


def clean(text: str) -> str:
    """`text` without outer blanks and control characters (the database refuses NUL), line ends as `\\n`."""
    return (text if text.isprintable() else vcard_values.clean(text)).strip()


def beside(name: str, text: str, params: dict[str, list[str]] | None = None) -> Raw:
    """What the model can't hold, as other data: escaped, as a raw property's value always is."""
    return Raw(name, vcard_values.escape(text), params or {})


def _entity_values(card: Card, raws: list[Raw]) -> dict[str, Any]:
    card.kind = "organisation" if card.kind == "organisation" else "person"
    for name in _TEXTS:
        if text := getattr(card, name):
            setattr(card, name, clean(text))
    card.full_name = clean(card.full_name)
    if card.kind == "organisation":
        card.name = card.name or card.full_name
    elif _is_named_whole(card):
        card.first_name, card.middle_name, card.last_name = split_name(card.full_name)
    values: dict[str, Any] = {name: text for name in _TEXTS if (text := getattr(card, name))}
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


def _unit_draft(unit: UnitRecord, region: str, home: str, raws: list[Raw], fields: CustomFields | None) -> UnitDraft:
    address = unit.address
    values: dict[str, Any] = {"kind": unit.kind if unit.kind in UNIT_KINDS else "other", "is_primary": unit.is_primary}
    for name in _PLACE:
        if text := getattr(address, name):
            values[name] = clean(text)
    if name := clean(unit.name or address.label):
        values["name"] = name
    if address.country:
        if code := country_code(address.country):
            values["country"] = code
        else:
            values["country_name"] = clean(address.country)
    for name in ("geo", "time_zone"):
        if text := getattr(unit, name):
            values[name] = clean(text)
    for name in too_long(Unit, values):
        raws.append(beside(f"X-RAPPORT-UNIT-{name.upper().replace('_', '-')}", values[name]))
        values[name] = values[name][: lengths_of(Unit)[name]].rstrip()
    if unit.valid_from:
        values["valid_from"] = unit.valid_from
    if unit.valid_to and (unit.valid_from is None or unit.valid_to > unit.valid_from):
        values["valid_to"] = unit.valid_to
    if unit.attributes:
        clean_values = fields.clean("unit", unit.attributes) if fields else CleanValues(unit.attributes)
        values["attributes"] = clean_values.values
        raws += clean_values.refused
    whose = region or values.get("country", "") or home
    return UnitDraft(
        values,
        clean(unit.parent_name),
        [made for email in unit.emails if (made := _email(email, raws))],
        [made for phone in unit.phones if (made := _phone(phone, whose, raws))],
        [made for link in unit.links if (made := _link(link, raws))],
    )


def _email(email: Email, raws: list[Raw]) -> dict[str, Any] | None:
    address = clean(email.address)
    if "<" in address:
        address = parseaddr(address)[1] or address
    if not address:
        return None
    if len(address) > lengths_of(EmailAddress)["address"]:
        raws.append(beside("EMAIL", address))
        return None
    return {
        "address": address,
        "label": _label(EmailAddress, email.label, raws),
        "is_primary": email.is_primary,
        "position": email.position,
        "plain_text_only": email.plain_text_only,
        "public_key": vcard_values.clean(email.public_key),
        "bounced_at": _moment(email.bounced_at),
        "opted_out_at": _moment(email.opted_out_at),
    }


def _phone(phone: Phone, region: str, raws: list[Raw]) -> dict[str, Any] | None:
    raw = " ".join(clean(phone.raw).split())
    if not raw:
        return None
    if len(raw) > lengths_of(PhoneNumber)["raw"]:
        raws.append(beside("TEL", raw))
        return None
    forms = derive.parse_phone(raw, region)
    extension = clean(phone.extension) or forms.extension
    if len(extension) > lengths_of(PhoneNumber)["extension"]:
        raws.append(beside("X-RAPPORT-EXTENSION", extension))
        extension = ""
    known = phone.kind in PHONE_KINDS
    return {
        "raw": raw,
        "e164": forms.e164,
        "extension": extension,
        "kind": phone.kind if known else "",
        "label": _label(PhoneNumber, phone.label or ("" if known else phone.kind), raws),
        "is_primary": phone.is_primary,
        "position": phone.position,
        "digits": forms.digits,
        "digits_reversed": forms.digits_reversed,
    }


def _link(link: Url, raws: list[Raw]) -> dict[str, Any] | None:
    url = clean(link.url)
    if not url:
        return None
    if len(url) > lengths_of(Link)["url"]:
        raws.append(beside("URL", url))
        return None
    return {
        "url": url,
        "kind": link.kind if link.kind in LINK_KINDS else "other",
        "label": _label(Link, link.label, raws),
        "username": clean(link.username)[: lengths_of(Link)["username"]],
        "is_primary": link.is_primary,
        "position": link.position,
    }


def _label(model: type[EmailAddress | PhoneNumber | Link], label: str, raws: list[Raw]) -> str:
    label = clean(label) if label else ""
    if len(label) > (longest := lengths_of(model)["label"]):
        raws.append(beside("X-RAPPORT-LABEL", label))
        label = label[:longest].rstrip()
    return label


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def _fitting_raw(raw: Raw) -> Raw | None:
    lengths = lengths_of(RawProperty)
    name, group = clean(raw.name), clean(raw.group)
    if not name:
        return None
    if len(name) <= lengths["name"] and len(group) <= lengths["group"] and raw.value.isprintable():
        return raw
    value = vcard_values.clean(raw.value).replace("\n", "\\n")
    return Raw(name[: lengths["name"]], value, raw.params, group[: lengths["group"]])


def _settle_primaries(units: list[UnitDraft]) -> None:
    """One unit of an entity is primary, and one address, number and link of each unit."""
    if units:
        chosen = (
            next((unit for unit in units if unit.values["is_primary"]), None)
            or next((unit for unit in units if unit.emails), None)
            or next((unit for unit in units if unit.phones), units[0])
        )
        for unit in units:
            unit.values["is_primary"] = unit is chosen
    places = {"emails": 0, "phones": 0, "links": 0}
    for unit in units:
        for kind in places:
            details: list[dict[str, Any]] = getattr(unit, kind)
            if not details:
                continue
            chosen_detail = next((detail for detail in details if detail["is_primary"]), details[0])
            for detail in details:
                detail["is_primary"] = detail is chosen_detail
                detail["position"] = max(detail["position"], places[kind])
                places[kind] = detail["position"] + 1


def _copies(units: list[UnitDraft]) -> dict[str, Any]:
    """What lists show of the primary unit."""
    unit = next((unit for unit in units if unit.values["is_primary"]), None)
    if unit is None:
        return {"primary_email": "", "primary_phone": ""}
    phone = next((phone for phone in unit.phones if phone["is_primary"]), None)
    return {
        "primary_email": next((email["address"] for email in unit.emails if email["is_primary"]), ""),
        "primary_phone": (phone["e164"] or phone["raw"])[:60] if phone else "",
        "city": unit.values.get("city", ""),
        "country": unit.values.get("country", ""),
    }
