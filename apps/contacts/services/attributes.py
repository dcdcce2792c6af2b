"""The custom values of one record, cleaned against their definitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.contacts.models import Entity, EntityReference, FieldDefinition
from apps.contacts.selectors.fields import definitions_for
from apps.contacts.values import clean_value

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.contacts.models import RelationshipType
    from apps.contacts.services.journal import Edit


@dataclass(slots=True)
class CleanAttributes:
    """What goes to JSON, and the entity-valued fields, which are rows of their own (None: pointing to nobody)."""

    values: dict[str, Any] = field(default_factory=dict)
    references: dict[FieldDefinition, int | None] = field(default_factory=dict)


def clean_attributes(
    raw: Mapping[str, Any],
    *,
    actor: User | None,
    target: str,
    relationship_type: RelationshipType | None = None,
    kept: Mapping[str, Any] | None = None,
    region: str = "",
    whole: bool = False,
) -> CleanAttributes:
    """Clean `raw` values by key over those `kept` so far; `kept` is None for a new record, which gets the defaults.

    Keys without a definition and retired fields stay as they are. With `whole` (a new record, or a form that shows
    all fields) required fields have to be there. Raises ValidationError: `{"attributes.KEY": [...]}`.
    """
    definitions = definitions_for(target, relationship_type=relationship_type)
    cleaned = CleanAttributes(dict(kept or {}))
    errors: dict[str, Any] = {}
    for definition in definitions:
        key = definition.key
        old = cleaned.values.get(key)
        if key in raw:
            try:
                value = clean_value(definition, raw[key], choices=definition.choices.all(), kept=old, region=region)
            except ValidationError as error:
                errors[f"attributes.{key}"] = error
                continue
        else:
            value = old if kept is not None else definition.default
        if definition.field_type == FieldDefinition.Type.ENTITY:
            if key in raw:
                cleaned.references[definition] = _visible(actor, value, errors, key)
        elif value is None:
            cleaned.values.pop(key, None)
        else:
            cleaned.values[key] = value
        if value is None and definition.is_required and (whole or key in raw):
            errors[f"attributes.{key}"] = ValidationError(_("%(field)s is needed.") % {"field": definition.label})
    if errors:
        raise ValidationError(errors)
    return cleaned


def save_references(edit: Edit, entity_id: int, references: Mapping[FieldDefinition, int | None]) -> None:
    """Let the entity's fields point to these entities, or to nobody.

    Whom the actor doesn't see stays: their form could only show an empty field.
    """
    for definition, referenced_id in references.items():
        there = EntityReference.objects.filter(field=definition, entity=entity_id).first()
        if there is not None and there.referenced_id == referenced_id:
            continue
        if there is not None and referenced_id is None and not _sees(edit.actor, there.referenced_id):
            continue
        if there is not None:
            edit.removed(there, entity_id)
            there.delete()
        if referenced_id is not None:
            made = EntityReference.objects.create(field=definition, entity_id=entity_id, referenced_id=referenced_id)
            edit.created(made, entity_id)


def _sees(actor: User | None, entity_id: int) -> bool:
    seen = Entity.objects.live() if actor is None else Entity.objects.visible_to(actor).live()
    return seen.filter(pk=entity_id).exists()


def _visible(actor: User | None, entity_id: int | None, errors: dict[str, Any], key: str) -> int | None:
    if entity_id is not None and not _sees(actor, entity_id):
        errors[f"attributes.{key}"] = ValidationError(_("There is no such contact."))
    return entity_id
