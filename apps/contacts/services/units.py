"""Units of an entity: added, changed, removed, made primary. Exactly one is primary as long as there is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields as fields_of
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.contacts.models import Entity, Participant, Unit
from apps.contacts.services import parts
from apps.contacts.services.attributes import clean_attributes
from apps.contacts.services.conflicts import Expected, keep_settled
from apps.contacts.services.inputs import UnitInput
from apps.contacts.services.journal import Edit, editing
from apps.core.services.operations import snapshot

EDITABLE = frozenset(field.name for field in fields_of(UnitInput)) - {"is_primary", "emails", "phones", "links"} | {
    "parent"
}


def add_unit(*, actor: User, entity: Entity, data: UnitInput, now: datetime, parent: Unit | None = None) -> Unit:
    """Add a unit with its e-mails, phones and links. It is primary if it is the first, or if `data` says so.

    Raises PermissionDenied, InTrash, ValidationError by field.
    """
    with editing([entity], actor=actor, verb="unit.added", now=now) as edit:
        return make_unit(edit, edit.entities[entity.pk], data, parent=parent)


def make_unit(edit: Edit, entity: Entity, data: UnitInput, *, parent: Unit | None = None) -> Unit:
    """Add a unit as part of a larger edit."""
    others = Unit.objects.filter(entity=entity)
    last = others.aggregate(last=Max("position"))["last"]
    unit = parts.build_unit(entity, data, 0 if last is None else last + 1)
    unit.parent = _checked_parent(unit, parent)
    unit.attributes = clean_attributes(data.attributes, actor=edit.actor, target="unit", whole=True).values
    errors: dict[str, Any] = {}
    below = parts.build_details(unit, data, edit.actor, errors)
    if errors:
        raise ValidationError(errors)
    if last is None or data.is_primary:
        _step_down(edit, entity)
        unit.is_primary = True
    unit.save(force_insert=True)
    edit.created(unit, entity.pk)
    for part in below.save():
        edit.created(part, entity.pk)
    return unit


def update_unit(
    *, actor: User, unit: Unit, fields: Mapping[str, Any], expected_version: Expected, now: datetime
) -> Unit:
    """Set `fields` (names in EDITABLE) of a unit. `expected_version` is its entity's, as in `update_entity`."""
    unknown = fields.keys() - EDITABLE
    if unknown:
        raise ValueError(f"not to be set here: {sorted(unknown)}")
    with editing([unit.entity_id], actor=actor, verb="unit.updated", now=now) as edit:
        locked = Unit.objects.get(pk=unit.pk, entity=unit.entity_id)
        before = snapshot(locked)
        for name, value in fields.items():
            setattr(locked, name, " ".join(value.split()) if isinstance(value, str) else value)
        if "attributes" in fields:
            cleaned = clean_attributes(fields["attributes"], actor=actor, target="unit", kept=before["attributes"])
            locked.attributes = cleaned.values
        if "parent" in fields:
            locked.parent = _checked_parent(locked, fields["parent"])
        _check_dates(locked)
        parts.check(locked)
        entity = edit.entities[unit.entity_id]
        left = keep_settled(locked, names=list(fields), before=before, entity=entity, expected_version=expected_version)
        if left:
            locked.save(update_fields=left.keys())
            edit.updated(locked, before, unit.entity_id)
    return locked


def make_unit_primary(*, actor: User, unit: Unit, now: datetime) -> None:
    """Let lists show this unit's city, country, e-mail and phone. Already so: nothing happens."""
    with editing([unit.entity_id], actor=actor, verb="unit.made_primary", now=now) as edit:
        locked = Unit.objects.get(pk=unit.pk, entity=unit.entity_id)
        if not locked.is_primary:
            _step_down(edit, edit.entities[unit.entity_id])
            _step_up(edit, locked)


def remove_unit(*, actor: User, unit: Unit, now: datetime) -> None:
    """Remove a unit with its e-mails, phones and links; the next unit becomes primary where it was."""
    with editing([unit.entity_id], actor=actor, verb="unit.removed", now=now) as edit:
        locked = Unit.objects.filter(pk=unit.pk, entity=unit.entity_id).first()
        if locked is None:
            return
        for child in Unit.objects.filter(parent=locked):
            before = snapshot(child)
            child.parent = locked.parent
            child.save(update_fields=["parent"])
            edit.updated(child, before, child.entity_id)
        for participant in Participant.objects.filter(unit=locked):
            before = snapshot(participant)
            participant.unit = None
            participant.save(update_fields=["unit"])
            edit.updated(participant, before, locked.entity_id)
        for part in (*locked.emails.all(), *locked.phones.all(), *locked.links.all()):
            edit.removed(part, locked.entity_id)
            part.delete()
        edit.removed(locked, locked.entity_id)
        locked.delete()
        heir = Unit.objects.filter(entity=unit.entity_id).order_by("position", "pk").first()
        if unit.is_primary and heir is not None:
            _step_up(edit, heir)


def primary_unit(edit: Edit, entity: Entity) -> Unit:
    """The unit that takes an e-mail or phone given without one; made where the entity has none."""
    found = Unit.objects.filter(entity=entity, is_primary=True).first()
    if found is not None:
        return found
    kind = Unit.Kind.WORK if entity.is_organisation or entity.organisation_entity_id else Unit.Kind.HOME
    return make_unit(edit, entity, UnitInput(kind=kind))


def _step_down(edit: Edit, entity: Entity) -> None:
    for primary in Unit.objects.filter(entity=entity, is_primary=True):
        before = snapshot(primary)
        primary.is_primary = False
        primary.save(update_fields=["is_primary"])
        edit.updated(primary, before, entity.pk)


def _step_up(edit: Edit, unit: Unit) -> None:
    before = snapshot(unit)
    unit.is_primary = True
    unit.save(update_fields=["is_primary"])
    edit.updated(unit, before, unit.entity_id)


def _checked_parent(unit: Unit, parent: Unit | int | None) -> Unit | None:
    """The parent as a unit of the same entity that doesn't lie below `unit` itself."""
    parent_id = parent.pk if isinstance(parent, Unit) else parent
    if parent_id is None:
        return None
    siblings = {row.pk: row for row in Unit.objects.filter(entity=unit.entity_id)}
    current: int | None = parent_id
    while current is not None:
        if current == unit.pk or current not in siblings:
            raise ValidationError({"parent": _("A unit can't lie below itself.")})
        current = siblings[current].parent_id
    return siblings[parent_id]


def _check_dates(unit: Unit) -> None:
    if unit.valid_from and unit.valid_to and unit.valid_to <= unit.valid_from:
        raise ValidationError({"valid_to": _("The end lies before the beginning.")})
