"""A plain record written as one vCard, 3.0 (RFC 2426) or 4.0 (RFC 6350)."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import fields
from datetime import date

from apps.contacts.formats.records import Address, Card, Job, PartialDate, Photo, Raw, Tie, UnitRecord
from apps.contacts.formats.vcard import names
from apps.contacts.formats.vcard.media import decode_base64
from apps.contacts.formats.vcard.values import APPLE_NO_YEAR, clean, escape, escape_uri, format_date, to_json

PRODUCT = "-//Rapport//Contacts//EN"
_FOLD = 75  # octets of a line, without its end
_GEO = re.compile(r"[-+]?\d+(?:\.\d+)?,[-+]?\d+(?:\.\d+)?")
_NOT_IN_NAMES = re.compile(r"[^A-Z0-9-]")
_NOT_IN_GROUPS = re.compile(r"[^A-Za-z0-9-]")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_SIMPLE_TYPE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_PARAMETER_NAME = re.compile(r"[A-Za-z0-9-]+")
_EMAIL_EXTRAS = ("plain_text_only", "public_key", "bounced_at", "opted_out_at")
_ADR = ("po_box", "street2", "street", "city", "region", "postcode", "country")
_Params = dict[str, list[str]]


def write_card(card: Card, version: str) -> bytes:
    """The card's bytes, CRLF line ends, folded at 75 octets."""
    return _Writer(card, version).write()


class _Writer:
    def __init__(self, card: Card, version: str) -> None:
        self.card = card
        self.version = version
        self.is_3 = version == "3.0"
        self.lines: list[bytes] = []
        self.groups = {raw.group for raw in card.raw}
        self.next_group = 1
        self.numbers: dict[int, int] = {}
        self.by_kind: dict[str, UnitRecord] = {}
        self.are_all_addressed = True

    def write(self) -> bytes:
        card = self.card
        self.add("BEGIN", "VCARD")
        self.add("VERSION", self.version)
        self.add("PRODID", PRODUCT)
        if card.uid:
            prefix = "urn:uuid:" if not self.is_3 and _UUID.fullmatch(card.uid) else ""
            self.add("UID", prefix + escape(card.uid))
        self._names()
        for place, job in enumerate(card.jobs, start=1):
            self._job(job, place)
        self._units()
        self._days()
        self._rest()
        for tie in card.ties:
            self._tie(tie)
        for raw in card.raw:
            self._raw(raw)
        self.add("END", "VCARD")
        return b"".join(self.lines)

    def add(self, name: str, value: str, params: _Params | None = None, group: str = "") -> None:
        """Add one line; `value` is escaped already."""
        head = f"{group}.{name}" if group else name
        for key, values in (params or {}).items():
            if values:
                head += f";{key}={','.join(map(_parameter, values))}"
        self.lines.append(fold(f"{head}:{value}"))

    def add_labelled(self, name: str, value: str, params: _Params, label: str) -> None:
        """The same with its label beside it, in a group that nothing else uses."""
        group = self._new_group() if label else ""
        self.add(name, value, params, group)
        if label:
            self.add("X-ABLabel", escape(label), group=group)

    def _new_group(self) -> str:
        while (group := f"item{self.next_group}") in self.groups:
            self.next_group += 1
        self.groups.add(group)
        return group

    def _names(self) -> None:
        card = self.card
        parts = (card.last_name, card.first_name, card.middle_name, card.prefix, card.suffix)
        is_organisation = card.kind == "organisation"
        if is_organisation:
            if not any(raw.name == "KIND" for raw in card.raw):
                self.add(*(("X-ABShowAs", "COMPANY") if self.is_3 else ("KIND", "org")))
        elif not any(parts):
            self.add("KIND", "individual")
        if card.full_name:
            self.add("FN", escape(card.full_name))
        else:
            self.add("FN", escape(_made_name(card)), {"DERIVED": ["true"]})
        if any(parts) or self.is_3:
            self.add("N", ";".join(map(escape, parts)))
        if card.nickname:
            self.add("NICKNAME", escape(card.nickname))
        if is_organisation and card.name:
            self.add("ORG", escape(card.name))
        for name, attribute in names.ORGANISATION_FIELDS.items():
            if text := getattr(card, attribute):
                self.add(name, escape(text))

    def _job(self, job: Job, number: int) -> None:
        many = len(self.card.jobs) > 1
        extra: dict[str, object] = {
            "job": number if many else None,
            "organisation_uid": job.organisation_uid,
            "valid_from": _iso(job.valid_from),
            "valid_to": _iso(job.valid_to),
        }
        params = _extra(extra)
        group = self._new_group() if many else ""
        if many and job.is_primary:
            params |= self._preferred(1)
        org = ";".join(map(escape, (job.organisation, *job.departments)))
        for name, value in (("ORG", org), ("TITLE", escape(job.title)), ("ROLE", escape(job.role))):
            if value:
                self.add(name, value, params, group)

    def _units(self) -> None:
        units = self.card.units
        self.numbers = {id(unit): number for number, unit in enumerate(units, start=1)}
        self.by_kind = {unit.kind: unit for unit in reversed(units)}
        self.are_all_addressed = all(not unit.address.is_empty() for unit in units)
        owners = {id(detail): unit for unit in units for detail in (*unit.emails, *unit.phones, *unit.links)}
        for unit in units:
            self._unit(unit, self.numbers[id(unit)] if len(units) > 1 else None)
        for email in self.card.emails():
            unit = owners[id(email)]
            extra: dict[str, object] = {key: getattr(email, key) for key in _EMAIL_EXTRAS}
            params: _Params = {"TYPE": [email.label]} if email.label in names.PLAIN_LABELS else {}
            params = self._detail_params(params, unit, email.is_primary, extra)
            label = "" if email.label in names.PLAIN_LABELS else email.label
            self.add_labelled("EMAIL", escape(email.address), params, label)
        for phone in self.card.phones():
            unit = owners[id(phone)]
            params = {"TYPE": list(names.PHONE_TYPES.get(phone.kind, ()))}
            params = self._detail_params(params, unit, phone.is_primary, {"extension": phone.extension})
            self.add_labelled("TEL", escape(phone.raw), params, phone.label)
        for link in self.card.links():
            unit = owners[id(link)]
            name = {"chat": "IMPP", "profile": "X-SOCIALPROFILE"}.get(link.kind, "URL")
            extra = {"username": link.username}
            if name == "URL" and link.kind != "web":
                extra["kind"] = link.kind
            is_word = link.label in names.PLAIN_LABELS or (name != "URL" and _SIMPLE_TYPE.fullmatch(link.label))
            is_type = is_word and names.custom_type((link.label,)) == link.label
            params = {"TYPE": [link.label]} if is_type else {}
            params = self._detail_params(params, unit, link.is_primary, extra)
            self.add_labelled(name, escape_uri(link.url), params, "" if is_type else link.label)

    def _detail_params(self, params: _Params, unit: UnitRecord, is_primary: bool, extra: dict[str, object]) -> _Params:
        if is_primary:
            preferred = self._preferred(1 if unit.is_primary else 2)
            params = {**preferred, **params, "TYPE": [*params.get("TYPE", ()), *preferred.get("TYPE", ())]}
        return params | _extra({"unit": self._number_where_needed(unit, params.get("TYPE", [])), **extra})

    def _number_where_needed(self, unit: UnitRecord, types: list[str]) -> int | None:
        """The unit's number, unless a reader finds it by the type or, without one, takes the primary unit."""
        found = None
        if len(self.by_kind) > 1:
            found = next(
                (self.by_kind[kind] for kind in ("work", "home") if kind in types and kind in self.by_kind), None
            )
        is_found = unit.is_primary if found is None else found is unit
        return None if len(self.numbers) == 1 or is_found else self.numbers[id(unit)]

    def _preferred(self, rank: int) -> _Params:
        return {"TYPE": ["pref"]} if self.is_3 else {"PREF": [str(rank)]}

    def _unit(self, unit: UnitRecord, number: int | None) -> None:
        address = unit.address
        has_address = not address.is_empty()
        kind = unit.kind if unit.kind in ("home", "work") and has_address else "other"
        label = (unit.name or address.label) if has_address else ""
        geo = unit.geo if _GEO.fullmatch(unit.geo) and unit.is_primary else ""
        extra: dict[str, object] = {
            "unit": number,
            "kind": unit.kind if unit.kind != kind else "",
            "name": unit.name if unit.name != label else None,
            "label": address.label if address.label != label else None,
            "parent_name": unit.parent_name,
            "time_zone": unit.time_zone,
            "geo": unit.geo if unit.geo != geo else "",
            "valid_from": _iso(unit.valid_from),
            "valid_to": _iso(unit.valid_to),
            "attributes": unit.attributes,
            "is_primary": unit.is_primary and number is not None and not has_address,
        }
        if address.house_number:
            extra |= {"street": address.street, "house_number": address.house_number}
        if has_address:
            self._address(unit, address, kind, label, number)
        data = {key: value for key, value in extra.items() if value or (key in ("name", "label") and value is not None)}
        if data.keys() - {"unit"} or (number is not None and not has_address):
            self.add(names.UNIT, escape(to_json(data)))
        if geo:
            self.add("GEO", geo.replace(",", ";") if self.is_3 else f"geo:{geo}")

    def _address(self, unit: UnitRecord, address: Address, kind: str, label: str, number: int | None) -> None:
        params: _Params = {"TYPE": [kind]} if kind != "other" else {}
        if unit.is_primary and number is not None:
            preferred = self._preferred(1)
            params = {**preferred, "TYPE": [*params.get("TYPE", ()), *preferred.get("TYPE", ())]}
        parts = {name: getattr(address, name) for name in _ADR}
        parts["street"] = f"{address.street} {address.house_number}".strip()
        value = ";".join(map(escape, parts.values()))
        self.add_labelled("ADR", value, params | _extra({"unit": None if self.are_all_addressed else number}), label)

    def _days(self) -> None:
        card = self.card
        for name, day in (("BDAY", card.birthday), ("X-ANNIVERSARY" if self.is_3 else "ANNIVERSARY", card.anniversary)):
            if day is None:
                continue
            if self.is_3 and day.year is None and day.month and day.day:
                leap_year = PartialDate(APPLE_NO_YEAR, day.month, day.day)
                self.add(name, format_date(leap_year), {"X-APPLE-OMIT-YEAR": [str(APPLE_NO_YEAR)]})
            elif text := format_date(day):
                self.add(name, text)

    def _rest(self) -> None:
        card = self.card
        for name, text in (("LANG", card.language), ("TZ", card.time_zone), ("NOTE", card.notes)):
            if text:
                self.add(name, escape(text))
        if card.categories:
            self.add("CATEGORIES", ",".join(map(escape, card.categories)))
        if card.public_key:
            is_uri = card.public_key.startswith(("data:", "http:", "https:"))
            value = escape_uri(card.public_key) if is_uri else escape(card.public_key)
            self.add("KEY", value, {"VALUE": ["uri" if is_uri else "text"]})
        if card.photo is not None:
            self._photo(card.photo)
        for key, field_value in card.attributes.items():
            self.add(names.FIELD, escape(to_json({"key": key, "value": field_value})))

    def _photo(self, photo: Photo) -> None:
        if photo.data:
            self._embedded("PHOTO", base64.b64encode(photo.data).decode("ascii"), photo.mime_type or "image/jpeg")
        elif photo.url:
            params: _Params = {"VALUE": ["uri"]}
            if photo.mime_type:
                word = photo.mime_type.removeprefix("image/")
                params |= {"TYPE": [word]} if self.is_3 else {"MEDIATYPE": [photo.mime_type]}
            self.add("PHOTO", escape_uri(photo.url), params)

    def _embedded(self, name: str, encoded: str, mime_type: str, group: str = "") -> None:
        if self.is_3:
            word = mime_type.removeprefix("image/") if name in ("PHOTO", "LOGO") else mime_type
            self.add(name, encoded, {"ENCODING": ["b"], "TYPE": [word.upper() if "/" not in word else word]}, group)
        else:
            self.add(name, f"data:{mime_type};base64,{encoded}", None, group)

    def _tie(self, tie: Tie) -> None:
        extra: dict[str, object] = {}
        for one in fields(Tie):
            value = getattr(tie, one.name)
            extra[one.name] = _iso(value) if one.name.startswith("valid_") else value
        is_uuid = bool(_UUID.fullmatch(tie.other_uid))
        value = f"urn:uuid:{tie.other_uid}" if is_uuid else escape(tie.other_name or tie.other_uid)
        params: _Params = {} if is_uuid else {"VALUE": ["text"]}
        self.add("RELATED", value, params | _extra(extra))

    def _raw(self, raw: Raw) -> None:
        name = _NOT_IN_NAMES.sub("-", raw.name.upper())[:100] or "X-UNNAMED"
        group = _NOT_IN_GROUPS.sub("-", raw.group)
        if raw.params.get("ENCODING") == ["b"] and not self.is_3:
            word = next((value.lower() for value in raw.params.get("TYPE", ()) if value.lower() != "pref"), "")
            main = {"PHOTO": "image", "LOGO": "image", "SOUND": "audio"}.get(name, "application")
            mime_type = word if "/" in word else f"{main}/{word or 'octet-stream'}"
            self._embedded(name, base64.b64encode(decode_base64(raw.value)).decode("ascii"), mime_type, group)
            return
        params = {key: values for key, values in raw.params.items() if _PARAMETER_NAME.fullmatch(key)}
        self.add(name, clean(raw.value).replace("\n", "\\n"), params, group)


def _made_name(card: Card) -> str:
    """FN must be there: the name in full, or the first that says who this is."""
    parts = (card.prefix, card.first_name, card.middle_name, card.last_name, card.suffix)
    found = " ".join(part for part in parts if part) or card.name or card.nickname
    candidates: Iterable[str] = (
        *(email.address for email in card.emails()),
        *(phone.raw for phone in card.phones()),
        *(job.organisation for job in card.jobs),
    )
    return found or next(filter(None, candidates), "(no name)")


def _iso(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _extra(values: dict[str, object]) -> _Params:
    """Our own parameter with what is said in `values`; no parameter where nothing is."""
    said = {key: value for key, value in values.items() if value not in (None, "", False) and value != {}}
    return {names.EXTRA: [to_json(said)]} if said else {}


def _parameter(value: str) -> str:
    """A parameter's value, quoted where it must be; RFC 6868 for what can't stand in quotes."""
    text = clean(value).replace("^", "^^").replace("\n", "^n").replace('"', "^'")
    return f'"{text}"' if any(char in text for char in ":;,") else text


def fold(line: str) -> bytes:
    """The line's bytes, folded so that no character is torn apart (lone surrogates become "?")."""
    data = line.encode("utf-8", errors="replace")
    if len(data) <= _FOLD:
        return data + b"\r\n"
    parts = []
    start, size = 0, _FOLD
    while len(data) - start > size:
        end = start + size
        while data[end] & 0xC0 == 0x80:
            end -= 1
        parts.append(data[start:end])
        start, size = end, _FOLD - 1
    parts.append(data[start:])
    return b"\r\n ".join(parts) + b"\r\n"
