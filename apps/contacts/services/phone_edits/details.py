"""E-mails, numbers, links and addresses that a phone added, rewrote or took away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError

from apps.contacts.formats.vcard.differences import Difference
from apps.contacts.formats.vcard.facts import Value, address_key, line, phone_key
from apps.contacts.models import EmailAddress, Entity, Link, PhoneNumber, Unit
from apps.contacts.services.details import add_email, add_link, add_phone, remove_detail, update_detail
from apps.contacts.services.imports.countries import country_code
from apps.contacts.services.inputs import EmailInput, LinkInput, PhoneInput, UnitInput
from apps.contacts.services.phone_edits.beside import keep_beside
from apps.contacts.services.units import add_unit, remove_unit, update_unit

if TYPE_CHECKING:
    from apps.accounts.models import User

_PLACE = ("po_box", "street2", "street", "city", "region", "postcode")
_LINES = {"emails": ("EMAIL", "address"), "phones": ("TEL", "raw"), "links": ("URL", "url")}
_Row = EmailAddress | PhoneNumber | Link


def change_list(
    *, actor: User, entity: Entity, change: Difference, current: Mapping[str, Value], now: datetime
) -> None:
    """Bring one change of a list into the contact.

    One that was rewritten here too stays, and the phone's comes beside it; one that is gone here and rewritten on
    the phone comes back.
    """
    if change.name == "addresses":
        _change_address(actor, entity, change, now)
        return
    before, after = change.before, change.after
    row = _find(change.name, entity, before) if before else None
    if after is None:
        if row is not None:
            remove_detail(actor=actor, detail=row, now=now)
        return
    is_there = _key(change.name, after) in current
    try:
        if row is not None and (not is_there or _key(change.name, before) == _key(change.name, after)):
            _rewrite(actor, row, after, now)
        elif not is_there:
            _add(actor, entity, change.name, after, now)
    except ValidationError:  # "call me", an address without @: kept as the phone wrote it
        name, field = _LINES[change.name]
        keep_beside(actor=actor, entity=entity, name=name, text=after[field], now=now)


def _key(name: str, value: Value) -> str:
    if name == "phones":
        return phone_key(value["raw"])
    return value["address"].lower() if name == "emails" else value["url"]


def _find(name: str, entity: Entity, value: Value) -> _Row | None:
    if name == "emails":
        return EmailAddress.objects.filter(entity=entity, address=value["address"]).order_by("position", "pk").first()
    if name == "links":
        return Link.objects.filter(entity=entity, url=value["url"]).order_by("position", "pk").first()
    rows = PhoneNumber.objects.filter(entity=entity).order_by("position", "pk")
    return next((row for row in rows if phone_key(row.raw) == phone_key(value["raw"])), None)


def _add(actor: User, entity: Entity, name: str, value: Value, now: datetime) -> None:
    if name == "emails":
        email = EmailInput(value["address"], label=value["label"])
        add_email(actor=actor, entity=entity, data=email, now=now)
    elif name == "phones":
        phone = PhoneInput(value["raw"], kind=value["kind"], label=value["label"])
        add_phone(actor=actor, entity=entity, data=phone, now=now)
    else:
        link = LinkInput(value["url"], kind=value["kind"], label=value["label"])
        add_link(actor=actor, entity=entity, data=link, now=now)


def _rewrite(actor: User, row: _Row, value: Value, now: datetime) -> None:
    """One branch for each kind: a service takes a row of one."""
    fields = dict(value)
    if isinstance(row, EmailAddress):
        update_detail(actor=actor, detail=row, fields=fields, expected_version=None, now=now)
    elif isinstance(row, PhoneNumber):
        if fields["raw"] != row.raw and phone_key(fields["raw"]) == phone_key(row.raw):
            del fields["raw"]  # grouped in another way; its extension stays
        update_detail(actor=actor, detail=row, fields=fields, expected_version=None, now=now)
    else:
        update_detail(actor=actor, detail=row, fields=fields, expected_version=None, now=now)


def _change_address(actor: User, entity: Entity, change: Difference, now: datetime) -> None:
    units = list(Unit.objects.filter(entity=entity).order_by("position", "pk"))
    old = next((unit for unit in units if change.before and _key_of(unit) == address_key(change.before)), None)
    if change.after is None:
        if old is not None:
            _clear(actor, old, now)
        return
    fields = _fields(change.after, old)
    if old is not None:
        update_unit(actor=actor, unit=old, fields=fields, expected_version=None, now=now)
    elif all(_key_of(unit) != address_key(change.after) for unit in units):
        kind = change.after["kind"] or Unit.Kind.OTHER
        bare = next((unit for unit in units if unit.kind == kind and not _key_of(unit).strip("|")), None)
        if bare is not None:
            update_unit(actor=actor, unit=bare, fields=fields, expected_version=None, now=now)
        else:
            add_unit(actor=actor, entity=entity, data=UnitInput(**{"kind": kind, **fields}), now=now)


def _value_of(unit: Unit) -> Value:
    value = {name: line(getattr(unit, name)) for name in _PLACE}
    value["street"] = line(f"{unit.street} {unit.house_number}")
    return value | {"country": line(unit.country or unit.country_name)}


def _key_of(unit: Unit) -> str:
    return address_key(_value_of(unit))


def _fields(value: Value, unit: Unit | None) -> dict[str, Any]:
    """Columns of a unit; a street that the phone left alone keeps its house number apart."""
    fields: dict[str, Any] = {name: value[name] for name in _PLACE}
    if unit is not None and value["street"] == _value_of(unit)["street"]:
        del fields["street"]
    else:
        fields["house_number"] = ""
    code = country_code(value["country"]) if value["country"] else ""
    fields["country"], fields["country_name"] = code, "" if code else value["country"]
    if value["kind"]:
        fields["kind"] = value["kind"]
    return fields


def _clear(actor: User, unit: Unit, now: datetime) -> None:
    """Take an address away, and its place with it if it holds nothing else."""
    others = (unit.emails, unit.phones, unit.links, unit.children)
    if unit.name or unit.attributes or any(each.exists() for each in others):
        fields = dict.fromkeys((*_PLACE, "house_number", "country", "country_name", "geo"), "")
        update_unit(actor=actor, unit=unit, fields=fields, expected_version=None, now=now)
    else:
        remove_unit(actor=actor, unit=unit, now=now)
