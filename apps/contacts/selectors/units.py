"""The units of one contact, with what lies in them."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import QuerySet

from apps.contacts.models import EmailAddress, Entity, Link, PhoneNumber, Unit
from apps.core.prepared import Prepared, blank_ids, blank_number

Part = TypeVar("Part", EmailAddress, PhoneNumber, Link)

_ENTITY, _UNITS = blank_number(), blank_ids()
_ORDER = ("-is_primary", "position", "pk")


def units_of(entity: Entity) -> list[Unit]:
    """All of them, the primary one first; each bears its `shown_emails`, `shown_phones` and `shown_links`."""
    units = _units.ask({_ENTITY: entity.pk})
    ids = [unit.pk for unit in units]
    emails, phones, links = _by_unit(_emails, ids), _by_unit(_phones, ids), _by_unit(_links, ids)
    for unit in units:
        unit.shown_emails = emails.get(unit.pk, [])
        unit.shown_phones = phones.get(unit.pk, [])
        unit.shown_links = links.get(unit.pk, [])
    return units


def _by_unit(parts: Prepared[[], Part], ids: list[int]) -> dict[int, list[Part]]:
    found: dict[int, list[Part]] = {}
    for part in parts.ask({_UNITS: ids}) if ids else ():
        found.setdefault(part.unit_id, []).append(part)
    return found


def _in_units(parts: QuerySet[Any, Part]) -> Prepared[[], Part]:
    return Prepared(lambda: parts.filter(unit__among=_UNITS).order_by(*_ORDER))


_units: Prepared[[], Unit] = Prepared(lambda: Unit.objects.filter(entity=_ENTITY).order_by(*_ORDER))
_emails = _in_units(EmailAddress.objects.all())
_phones = _in_units(PhoneNumber.objects.all())
_links = _in_units(Link.objects.all())
