"""How entities may be tied: the administrators' list of relationship types."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.contacts.models import RelationshipType
from apps.contacts.permissions import can_change_settings
from apps.contacts.services.parts import check
from apps.core.kept import forget_kept
from apps.core.services.operations import operate, snapshot
from apps.core.text import transliterate

EDITABLE = frozenset({"name", "inverse_name", "source_kind", "target_kind", "is_symmetric", "is_hierarchical"})


def define_relationship_type(*, actor: User, now: datetime, name: str, **fields: Any) -> RelationshipType:
    """Make a type; its key comes from the name and never changes. Fields as in EDITABLE.

    Raises PermissionDenied, ValidationError.
    """
    if not can_change_settings(actor):
        raise PermissionDenied
    with operate(actor=actor, verb="relationship_type.defined", now=now) as recorder:
        type = RelationshipType(key=_free_key(name), name=name.strip(), **fields)
        _check(type)
        type.save(force_insert=True)
        recorder.created(type)
    return type


def update_relationship_type(
    *, actor: User, type: RelationshipType, fields: Mapping[str, Any], now: datetime
) -> RelationshipType:
    """Change a type. What stands at its ends can't be narrowed once it is in use, nor for the built-in ones."""
    if not can_change_settings(actor):
        raise PermissionDenied
    unknown = fields.keys() - EDITABLE
    if unknown:
        raise ValueError(f"not to be set here: {sorted(unknown)}")
    with operate(actor=actor, verb="relationship_type.updated", now=now) as recorder:
        locked = RelationshipType.objects.select_for_update().get(pk=type.pk)
        before = snapshot(locked)
        for name, value in fields.items():
            setattr(locked, name, value.strip() if isinstance(value, str) else value)
        shape = {name for name in fields.keys() - {"name", "inverse_name"} if snapshot(locked)[name] != before[name]}
        if shape and (locked.is_built_in or locked.relationships.exists()):
            raise ValidationError({name: _("This type is in use; its ends stay as they are.") for name in shape})
        _check(locked)
        locked.save()
        recorder.updated(locked, before)
        forget_kept()
    return locked


def retire_relationship_type(*, actor: User, type: RelationshipType, now: datetime, retired: bool = True) -> None:
    """Offer the type for new ties no more (or again); those there are stay. Built-in ones can't be retired."""
    if not can_change_settings(actor):
        raise PermissionDenied
    with operate(actor=actor, verb="relationship_type.retired", now=now) as recorder:
        locked = RelationshipType.objects.select_for_update().get(pk=type.pk)
        if locked.is_built_in:
            raise ValidationError(_("A built-in type stays."))
        before = snapshot(locked)
        locked.retired_at = (locked.retired_at or now) if retired else None
        locked.save(update_fields=["retired_at"])
        recorder.updated(locked, before)
        forget_kept()


def _check(type: RelationshipType) -> None:
    if type.is_symmetric:
        type.inverse_name = type.name
        type.is_hierarchical = False
        if type.source_kind != type.target_kind:
            raise ValidationError({"target_kind": _("Both ends of a symmetric type are of the same kind.")})
    type.inverse_name = type.inverse_name.strip() or type.name
    check(type)


def _free_key(name: str) -> str:
    base = slugify(transliterate(name)).replace("-", "_")[:50] or "type"
    taken = set(RelationshipType.objects.filter(key__startswith=base).values_list("key", flat=True))
    return next(key for key in (base, *(f"{base}_{number}" for number in range(2, len(taken) + 3))) if key not in taken)
