"""Addresses, e-mails, phones and links of one card, gathered from its properties into units."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from apps.contacts.formats.records import Address, Email, Phone, UnitRecord, Url
from apps.contacts.formats.vcard import names
from apps.contacts.formats.vcard.lines import Head, Property
from apps.contacts.formats.vcard.values import from_json, name_part, one_line, split_escaped, unescape

_Detail = TypeVar("_Detail", Email, Phone, Url)
_PARTS = ("po_box", "street2", "street", "city", "region", "postcode", "country")
_ANGLE = re.compile(r"<\s*([^<>\s]+@[^<>\s]+)\s*>")
_EXTENSION = re.compile(r";(?:ext|extension)=(\d+)", re.IGNORECASE)
_GEO = re.compile(r"(?:geo:)?\s*([-+]?\d+(?:\.\d+)?)\s*[;,]\s*([-+]?\d+(?:\.\d+)?)(?:[;,].*)?", re.IGNORECASE)


@dataclass(slots=True)
class _Unit:
    record: UnitRecord = field(default_factory=UnitRecord)
    has_address: bool = False
    pref: int = 0
    emails: list[tuple[Email, int]] = field(default_factory=list)  # each with its PREF
    phones: list[tuple[Phone, int]] = field(default_factory=list)
    links: list[tuple[Url, int]] = field(default_factory=list)


class Places:
    """Collects what belongs to units in the order of the file; `units()` deals it out."""

    def __init__(self, labels: dict[str, str], countries: dict[str, str]) -> None:
        """Both by group: X-ABLabel as written, X-ABADR (the ISO code by which Apple lays out an address)."""
        self._labels = labels
        self._countries = countries
        self.used_labels: set[str] = set()  # groups whose X-ABLabel became a label
        self.geo = ""
        self.address_labels: list[tuple[str, Head]] = []  # 4.0's LABEL parameters, to be kept
        self._units: dict[int, _Unit] = {}
        self._addresses = 0
        self._ours: list[dict[str, object]] = []
        self._emails: list[tuple[Email, Head, dict[str, object]]] = []
        self._phones: list[tuple[Phone, Head, dict[str, object]]] = []
        self._links: list[tuple[Url, Head, dict[str, object]]] = []

    def add_email(self, prop: Property) -> None:
        address = unescape(prop.value).strip()
        if "<" in address and (match := _ANGLE.search(address)):
            address = match[1]
        if address[:7].lower() == "mailto:":
            address = address[7:]
        if not address:
            return
        types = prop.head.types
        label = names.custom_type(types) if types else ""
        label = self._label(prop.head) or ("mobile" if label in names.MOBILE else label)
        extra = extras(prop.head)
        self._emails.append((
            Email(
                one_line(address),
                label=label,
                plain_text_only=extra.get("plain_text_only") is True,
                public_key=text_of(extra, "public_key"),
                bounced_at=text_of(extra, "bounced_at"),
                opted_out_at=text_of(extra, "opted_out_at"),
                position=len(self._emails),
            ),
            prop.head,
            extra,
        ))  # fmt: skip

    def add_phone(self, prop: Property) -> None:
        raw = one_line(unescape(prop.value))
        if not raw:
            return
        kind, label = names.phone_kind(prop.head.types)
        if prop.head.group in self._labels:
            label, is_apples = names.apple_label(self._use_label(prop.head.group))
            if is_apples:
                known = names.phone_kind((label,) if label[-3:] != "fax" else (label[:-3], "fax"))
                if known[0] and not kind:
                    kind = known[0]
                label = "" if known[0] else label
        extra = extras(prop.head)
        extension = _EXTENSION.search(raw) if ";" in raw else None
        self._phones.append((
            Phone(
                raw,
                kind=kind,
                label=label,
                extension=text_of(extra, "extension") or (extension[1] if extension else ""),
                position=len(self._phones),
            ),
            prop.head,
            extra,
        ))  # fmt: skip

    def add_link(self, prop: Property, kind: str) -> None:
        url = one_line(unescape(prop.value))
        if not url:
            return
        head = prop.head
        extra = extras(head)
        label = self._label(head) or head.param("X-SERVICE-TYPE") or head.param("SERVICE-TYPE")
        if not label:
            word = names.custom_type(head.types)
            label = next((value for value in head.params.get("TYPE", ()) if value.lower() == word), word)
            label = label if kind != "web" or word not in names.PLAIN_LABELS else word
        kind = text_of(extra, "kind") or kind
        username = text_of(extra, "username") or head.param("X-USER") or head.param("USERNAME")
        self._links.append((Url(url, kind, label, username=username, position=len(self._links)), head, extra))

    def add_address(self, prop: Property) -> None:
        head = prop.head
        extra = extras(head)
        parts = [name_part(part, joint=", ") for part in split_escaped(prop.value, ";")]
        address = Address()
        for name, part in zip(_PARTS, parts, strict=False):
            setattr(address, name, part)
        if len(parts) > len(_PARTS):  # more semicolons than the format knows: an unescaped one in the country
            address.country = "; ".join(part for part in parts[len(_PARTS) - 1 :] if part)
        if len(code := head.param("CC")) == 2:
            address.country = code.upper()
        elif head.group in self._countries and not address.country and not address.is_empty():
            address.country = self._countries[head.group].strip().upper()
        self._addresses += 1
        number = _number(extra)
        while number is None or (number in self._units and self._units[number].has_address):
            number = self._addresses if number is None else number + 1
        unit = self._units.setdefault(number, _Unit())
        record = unit.record
        record.kind = next((kind for kind in ("home", "work") if kind in head.types), "other")
        address.kind = record.kind if record.kind != "other" else ""
        label = self._label(head)
        if not label and not address.kind and head.types:
            label = next((word for word in (names.custom_type(head.types),) if word not in _ADDRESS_TYPES), "")
        address.label = record.name = label
        record.address = address
        record.time_zone = head.param("TZ")
        record.geo = parse_geo(head.param("GEO"))
        if head.params.get("LABEL"):
            self.address_labels.append((", ".join(head.params["LABEL"]), head))
        unit.has_address = True
        unit.pref = unit.pref or head.pref

    def add_unit(self, value: str) -> bool:
        """Take our own property for what ADR can't hold; False if it isn't one."""
        data = from_json(unescape(value))
        if not isinstance(data, dict):
            return False
        self._ours.append(data)
        return True

    def _complete(self, data: dict[str, object]) -> None:
        """Add what our own property says to its unit; last of all, since programs reorder properties."""
        unit = self._units.setdefault(_number(data) or 1, _Unit())
        record = unit.record
        if "name" in data:
            record.name = text_of(data, "name")
        for key in ("kind", "parent_name", "time_zone", "geo"):
            setattr(record, key, text_of(data, key) or getattr(record, key))
        record.valid_from, record.valid_to = day_of(data, "valid_from"), day_of(data, "valid_to")
        if isinstance(attributes := data.get("attributes"), dict):
            record.attributes = attributes
        address = record.address
        if "label" in data:
            address.label = text_of(data, "label")
        number, street = text_of(data, "house_number"), text_of(data, "street")
        if number and f"{street} {number}".strip() == address.street:
            address.street, address.house_number = street, number
        if data.get("is_primary") is True:
            unit.pref = 1

    def units(self) -> list[UnitRecord]:
        """All units, one of them primary; at least one, since addresses have to belong somewhere."""
        for data in self._ours:
            self._complete(data)
        for number in {number for _, _, extra in self._details() if (number := _number(extra)) is not None}:
            self._units.setdefault(number, _Unit())
        units = [self._units[number] for number in sorted(self._units)] or [_Unit()]
        primary = min(units, key=lambda unit: unit.pref or 1000)
        primary.record.is_primary = primary.record.address.is_primary = True
        if self.geo and not primary.record.geo:
            primary.record.geo = self.geo
        by_kind = {unit.record.kind: unit for unit in reversed(units)}
        for email, head, extra in self._emails:
            self._owner(head, extra, by_kind, primary).emails.append((email, head.pref))
        for phone, head, extra in self._phones:
            self._owner(head, extra, by_kind, primary).phones.append((phone, head.pref))
        for link, head, extra in self._links:
            self._owner(head, extra, by_kind, primary).links.append((link, head.pref))
        for unit in units:
            unit.record.emails = _one_primary(unit.emails)
            unit.record.phones = _one_primary(unit.phones)
            unit.record.links = _one_primary(unit.links)
        return [unit.record for unit in units]

    def _details(self) -> list[tuple[Email | Phone | Url, Head, dict[str, object]]]:
        return [*self._emails, *self._phones, *self._links]

    def _owner(self, head: Head, extra: dict[str, object], by_kind: dict[str, _Unit], primary: _Unit) -> _Unit:
        number = _number(extra)
        if number is not None:
            return self._units[number]
        if len(by_kind) > 1:
            for kind in ("work", "home"):
                if kind in head.types and kind in by_kind:
                    return by_kind[kind]
        return primary

    def _label(self, head: Head) -> str:
        return names.apple_label(self._use_label(head.group))[0] if head.group in self._labels else ""

    def _use_label(self, group: str) -> str:
        self.used_labels.add(group)
        return one_line(unescape(self._labels[group]))


_ADDRESS_TYPES = frozenset(("other", "dom", "intl", "postal", "parcel"))


def extras(head: Head) -> dict[str, object]:
    """The JSON of our own parameter; empty for anybody else's property."""
    given = head.params.get(names.EXTRA)
    data = from_json(",".join(given)) if given else None
    return data if isinstance(data, dict) else {}


def text_of(data: dict[str, object], key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""


def day_of(data: dict[str, object], key: str) -> date | None:
    try:
        return date.fromisoformat(text_of(data, key))
    except ValueError:
        return None


def parse_geo(value: str) -> str:
    """`geo:52.5,13.4` (4.0) or `52.5;13.4` (before) as "52.5,13.4"; empty for anything else."""
    match = _GEO.fullmatch(unescape(value).strip())
    return f"{match[1]},{match[2]}" if match else ""


def _number(data: dict[str, object]) -> int | None:
    value = data.get("unit")
    return value if isinstance(value, int) else None


def _one_primary(details: list[tuple[_Detail, int]]) -> list[_Detail]:
    """The records; the one most preferred (the first of them, since 2.1 programs prefer several) is primary."""
    preferred = [(pref, place) for place, (_, pref) in enumerate(details) if pref]
    if preferred:
        details[min(preferred)[1]][0].is_primary = True
    return [detail for detail, _ in details]
