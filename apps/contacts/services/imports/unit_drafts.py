"""Places of a card with their addresses, numbers and links, made into columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parseaddr
from operator import attrgetter
from typing import Any

from django.utils.dateparse import parse_datetime

from apps.contacts.formats.records import LINK_KINDS, PHONE_KINDS, UNIT_KINDS, Email, Phone, Raw, UnitRecord, Url
from apps.contacts.formats.vcard import values as vcard_values
from apps.contacts.models import EmailAddress, Link, PhoneNumber, Unit
from apps.contacts.services import derive
from apps.contacts.services.imports.cleaning import beside, clean
from apps.contacts.services.imports.countries import country_code
from apps.contacts.services.imports.custom import CleanValues, CustomFields
from apps.contacts.services.imports.limits import lengths_of, too_long

_PLACE = ("street", "house_number", "street2", "postcode", "city", "region", "po_box")
_place_of = attrgetter(*_PLACE)


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


def unit_draft(unit: UnitRecord, region: str, home: str, raws: list[Raw], fields: CustomFields | None) -> UnitDraft:
    address = unit.address
    values: dict[str, Any] = {"kind": unit.kind if unit.kind in UNIT_KINDS else "other", "is_primary": unit.is_primary}
    for name, text in zip(_PLACE, _place_of(address), strict=True):
        if text:
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


def settle_primaries(units: list[UnitDraft]) -> None:
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


def copies_of(units: list[UnitDraft]) -> dict[str, Any]:
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
