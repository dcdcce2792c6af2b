"""Custom fields: defined, changed, retired; each filterable one gets its index from the maintenance worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.contacts import jobs
from apps.contacts.models import FieldChoice, FieldDefinition, RelationshipType
from apps.contacts.permissions import can_change_settings
from apps.contacts.services.parts import check
from apps.contacts.values import clean_value
from apps.core.jobs import nudge
from apps.core.kept import forget_kept
from apps.core.services.operations import Recorder, operate, snapshot
from apps.core.text import transliterate

TARGETS = ("person", "organisation", "unit", "relationship")  # those of contacts; higher apps name theirs
INDEXED = ("person", "organisation")  # whose filterable fields get an index
EDITABLE = frozenset({"label", "section", "help_text", "is_required", "is_filterable", "default", "position"})
_CHOOSY = frozenset({FieldDefinition.Type.CHOICE, FieldDefinition.Type.MULTI_CHOICE})
IndexState = FieldDefinition.IndexState


@dataclass(slots=True)
class ChoiceInput:
    """One choice; an empty key is made from the label."""

    label: str
    key: str = ""
    icon: str = ""
    colour: str = ""


def define_field(
    *,
    actor: User,
    target: str,
    label: str,
    field_type: str,
    now: datetime,
    relationship_type: RelationshipType | None = None,
    key: str = "",
    choices: Sequence[ChoiceInput] = (),
    **fields: Any,
) -> FieldDefinition:
    """Make a field of "person", "organisation", "unit" or "relationship" (with its type); others as in EDITABLE.

    A higher app gives a target of its own ("activity:visit"); contacts are no values there, since references to them
    hang on entities. The field's key comes from the label and never changes. Raises PermissionDenied, ValidationError.
    """
    if not can_change_settings(actor):
        raise PermissionDenied
    if (target == "relationship") != (relationship_type is not None):
        raise ValidationError({"target": _("A field of relationships belongs to one type of them.")})
    if target not in TARGETS and field_type == FieldDefinition.Type.ENTITY:
        raise ValidationError({"field_type": _("A contact can't be the value of such a field.")})
    with operate(actor=actor, verb="field.defined", now=now) as recorder:
        siblings = FieldDefinition.objects.filter(target=target, relationship_type=relationship_type)
        taken = set(siblings.values_list("key", flat=True))
        definition = FieldDefinition(
            target=target,
            relationship_type=relationship_type,
            key=_free_key(key or label, taken),
            label=" ".join(label.split()),
            field_type=field_type,
            **{"position": len(taken), **fields},
        )
        default, definition.default = definition.default, None
        check(definition)
        definition.index_state = _wanted_index(definition)
        definition.save(force_insert=True)
        made = _save_choices(definition, choices, recorder, now)
        _set_default(definition, default, made)
        recorder.created(definition)
        for choice in made:
            recorder.created(choice)
        forget_kept()
        _ask_for_index(definition)
    return definition


def update_field(
    *,
    actor: User,
    definition: FieldDefinition,
    fields: Mapping[str, Any],
    now: datetime,
    choices: Sequence[ChoiceInput] | None = None,
) -> FieldDefinition:
    """Change a field (names in EDITABLE); values stay, they are kept by key. `choices`: those left out are retired.

    Raises PermissionDenied, ValidationError.
    """
    if not can_change_settings(actor):
        raise PermissionDenied
    unknown = fields.keys() - EDITABLE
    if unknown:
        raise ValueError(f"not to be set here: {sorted(unknown)}")
    with operate(actor=actor, verb="field.updated", now=now) as recorder:
        locked = FieldDefinition.objects.select_for_update().get(pk=definition.pk)
        before = snapshot(locked)
        for name in fields.keys() - {"default"}:
            setattr(locked, name, fields[name])
        made = list(locked.choices.order_by("position", "pk"))
        if choices is not None:
            made = _save_choices(locked, choices, recorder, now, record=True)
        if "default" in fields:
            _set_default(locked, fields["default"], made)
        check(locked)
        if locked.is_filterable != before["is_filterable"]:
            locked.index_state = _wanted_index(locked)
        locked.save()
        recorder.updated(locked, before)
        forget_kept()
        _ask_for_index(locked)
    return locked


def retire_field(*, actor: User, definition: FieldDefinition, now: datetime, retired: bool = True) -> None:
    """Show the field nowhere any more (or again); the values it has are kept."""
    if not can_change_settings(actor):
        raise PermissionDenied
    with operate(actor=actor, verb="field.retired", now=now) as recorder:
        locked = FieldDefinition.objects.select_for_update().get(pk=definition.pk)
        before = snapshot(locked)
        locked.retired_at = (locked.retired_at or now) if retired else None
        locked.save(update_fields=["retired_at"])
        recorder.updated(locked, before)
        forget_kept()


def order_fields(*, actor: User, definitions: Sequence[FieldDefinition], now: datetime) -> None:
    """Show the fields of a target in this order."""
    if not can_change_settings(actor):
        raise PermissionDenied
    with operate(actor=actor, verb="field.ordered", now=now) as recorder:
        for position, definition in enumerate(definitions):
            locked = FieldDefinition.objects.select_for_update().get(pk=definition.pk)
            before = snapshot(locked)
            locked.position = position
            locked.save(update_fields=["position"])
            recorder.updated(locked, before)
        forget_kept()


def _save_choices(
    definition: FieldDefinition,
    wanted: Sequence[ChoiceInput],
    recorder: Recorder,
    now: datetime,
    *,
    record: bool = False,
) -> list[FieldChoice]:
    if definition.field_type not in _CHOOSY:
        if wanted:
            raise ValidationError({"choices": _("Only a choice has choices.")})
        return []
    there = {choice.key: choice for choice in definition.choices.all()}
    if not wanted:
        raise ValidationError({"choices": _("Name at least one choice.")})
    kept: dict[str, FieldChoice] = {}
    for position, given in enumerate(wanted):
        label = " ".join(given.label.split())
        key = given.key if given.key in there else _free_key(given.key or label, there.keys() | kept.keys())
        if key in kept:
            raise ValidationError({"choices": _("“%(label)s” stands there twice.") % {"label": label}})
        choice = there.get(key) or FieldChoice(field=definition, key=key)
        before = snapshot(choice) if choice.pk else None
        choice.label, choice.icon, choice.colour = label, given.icon, given.colour
        choice.position, choice.retired_at = position, None
        check(choice)
        choice.save()
        kept[key] = choice
        _note(recorder, choice, before, record)
    for key in there.keys() - kept.keys():
        choice = there[key]
        before = snapshot(choice)
        choice.retired_at = choice.retired_at or now
        choice.save(update_fields=["retired_at"])
        _note(recorder, choice, before, record)
    return list(kept.values())


def _note(recorder: Recorder, choice: FieldChoice, before: dict[str, Any] | None, record: bool) -> None:
    if record and before is None:
        recorder.created(choice)
    elif record and before is not None:
        recorder.updated(choice, before)


def _set_default(definition: FieldDefinition, default: object, choices: Sequence[FieldChoice]) -> None:
    if definition.field_type == FieldDefinition.Type.ENTITY and default:
        raise ValidationError({"default": _("A contact can't be the default.")})
    try:
        definition.default = clean_value(definition, default, choices=choices)
    except ValidationError as error:
        raise ValidationError({"default": error.messages}) from error
    definition.save(update_fields=["default"])


def _wanted_index(definition: FieldDefinition) -> str:
    indexed = definition.is_filterable and definition.target in INDEXED
    return IndexState.WANTED if indexed and definition.field_type != FieldDefinition.Type.ENTITY else IndexState.NONE


def _ask_for_index(definition: FieldDefinition) -> None:
    if definition.index_state == IndexState.WANTED:
        transaction.on_commit(partial(nudge, jobs.build_field_indexes))


def _free_key(text: str, taken: Any) -> str:
    base = slugify(transliterate(text)).replace("-", "_")[:50] or "field"
    return next(key for key in (base, *(f"{base}_{number}" for number in range(2, len(taken) + 3))) if key not in taken)
