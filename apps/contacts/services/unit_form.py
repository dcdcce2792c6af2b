"""A unit saved as its form shows it: the address with all phones, mails and links, as one intent."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from apps.contacts.models import EmailAddress, Entity, Link, PhoneNumber, Unit
from apps.contacts.services import details, units
from apps.contacts.services.conflicts import Expected
from apps.contacts.services.inputs import EmailInput, LinkInput, PhoneInput, UnitInput
from apps.core.services.operations import operate

if TYPE_CHECKING:
    from apps.accounts.models import User


@dataclass(frozen=True, slots=True)
class KeptRows:
    """Rows of the form, each with the id of what it was, or None where it is new; the ids of those emptied."""

    phones: Sequence[tuple[int | None, PhoneInput]] = field(default_factory=list)
    emails: Sequence[tuple[int | None, EmailInput]] = field(default_factory=list)
    links: Sequence[tuple[int | None, LinkInput]] = field(default_factory=list)
    emptied: Mapping[str, Collection[int]] = field(default_factory=dict)  # by "phones", "emails", "links"


def save_unit(
    *,
    actor: User,
    entity: Entity,
    unit: Unit | None,
    fields: Mapping[str, Any],
    rows: KeptRows,
    expected_version: Expected,
    now: datetime,
) -> Unit:
    """Make or change a unit with its phones, mails and links; rows that were emptied are removed, others stay.

    `fields` are the unit's own, with "parent" and "is_primary". Raises what `units` and `details` raise.
    """
    own = dict(fields)
    parent, is_primary = own.pop("parent", None), own.pop("is_primary", False)
    if unit is None:
        given = UnitInput(
            **own,
            is_primary=is_primary,
            phones=[row for _id, row in rows.phones],
            emails=[row for _id, row in rows.emails],
            links=[row for _id, row in rows.links],
        )
        return units.add_unit(actor=actor, entity=entity, data=given, now=now, parent=parent)
    with operate(actor=actor, verb="unit.updated", now=now):
        saved = units.update_unit(
            actor=actor, unit=unit, fields={**own, "parent": parent}, expected_version=expected_version, now=now
        )
        if is_primary:
            units.make_unit_primary(actor=actor, unit=saved, now=now)
        _settle(actor, saved, PhoneNumber, rows.phones, rows.emptied.get("phones", ()), expected_version, now)
        _settle(actor, saved, EmailAddress, rows.emails, rows.emptied.get("emails", ()), expected_version, now)
        _settle(actor, saved, Link, rows.links, rows.emptied.get("links", ()), expected_version, now)
    return saved


def _settle(
    actor: User,
    unit: Unit,
    model: type[details.Detail],
    rows: Sequence[tuple[int | None, Any]],
    emptied: Collection[int],
    expected_version: Expected,
    now: datetime,
) -> None:
    there = {detail.pk: detail for detail in model._default_manager.filter(unit=unit)}
    for gone in there.keys() & set(emptied):
        details.remove_detail(actor=actor, detail=there[gone], now=now)
    for pk, row in rows:
        if pk is not None and pk in there:
            fields = {name: value for name, value in asdict(row).items() if name not in ("is_primary", "public_key")}
            if not fields.get("password"):
                fields.pop("password", None)  # an empty field keeps the one that is there
            detail: Any = details.update_detail(
                actor=actor, detail=there[pk], fields=fields, expected_version=expected_version, now=now
            )
        else:
            detail = _add(actor, unit, row, now)
        if row.is_primary:
            details.make_detail_primary(actor=actor, detail=detail, now=now)


def _add(actor: User, unit: Unit, row: EmailInput | PhoneInput | LinkInput, now: datetime) -> Any:
    entity = unit.entity
    if isinstance(row, PhoneInput):
        return details.add_phone(actor=actor, entity=entity, data=row, now=now, unit=unit)
    if isinstance(row, EmailInput):
        return details.add_email(actor=actor, entity=entity, data=row, now=now, unit=unit)
    return details.add_link(actor=actor, entity=entity, data=row, now=now, unit=unit)
