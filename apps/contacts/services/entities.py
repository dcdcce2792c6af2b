"""People and organisations: made and changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.permissions import is_staff_member
from apps.contacts.models import Category, Entity, EntityCategory, Folder
from apps.contacts.models.rights import rights_of
from apps.contacts.permissions import can_create_in
from apps.contacts.selectors.folders import default_folder, restricted_categories
from apps.contacts.services import copies, derive, parts
from apps.contacts.services.attributes import CleanAttributes, clean_attributes, save_references
from apps.contacts.services.conflicts import Expected, keep_settled
from apps.contacts.services.employment import build_ties, resolve_jobs
from apps.contacts.services.inputs import EntityInput
from apps.contacts.services.journal import Edit, editing
from apps.core.batch import give_keys, insert_all
from apps.core.services.operations import snapshot

# What a form, the API or an inline edit may set on an entity.
EDITABLE = frozenset(
    {
        *("kind", "prefix", "first_name", "middle_name", "last_name", "suffix", "nickname"),
        *("name", "legal_name", "registration_number", "vat_number", "industry", "organisation_type"),
        *("language", "time_zone", "birthday", "anniversary", "photo_url", "public_key", "notes"),
        *("attributes", "folder", "owner"),
    }
)
_OWN = tuple(f.name for f in fields(EntityInput) if f.name in EDITABLE - {"attributes", "folder", "owner"})


def create_entity(*, actor: User, data: EntityInput, now: datetime) -> Entity:
    """Make a contact with all that `data` holds, in one operation.

    Raises PermissionDenied where the actor may not add to the folder, ValidationError by field: "last_name",
    "attributes.KEY", "emails.0.address", "units.1.phones.0.raw".
    """
    with editing([], actor=actor, verb="entity.created", now=now) as edit:
        return make_entity(edit, data)


def update_entity(
    *, actor: User, entity: Entity, fields: Mapping[str, Any], expected_version: Expected, now: datetime
) -> Entity:
    """Set `fields` (names in EDITABLE; "attributes" takes custom values by key, as typed) and return the entity.

    `expected_version` is what the editor saw. Fields that somebody else has changed since, and the editor hasn't,
    stay as they are; where both did, EditConflict is raised and nothing saved. None overwrites. Raises
    PermissionDenied, InTrash, ValidationError by field.
    """
    unknown = fields.keys() - EDITABLE
    if unknown:
        raise ValueError(f"not to be set here: {sorted(unknown)}")
    with editing([entity], actor=actor, verb="entity.updated", now=now) as edit:
        locked = edit.entities[entity.pk]
        current = snapshot(locked)
        attributes = CleanAttributes(locked.attributes)
        if "attributes" in fields:
            attributes = clean_attributes(
                fields["attributes"],
                actor=actor,
                target=locked.kind,
                kept=locked.attributes,
                region=parts.region_for(actor),
            )
        _assign(locked, {**fields, "attributes": attributes.values})
        left = keep_settled(
            locked, names=list(fields), before=current, entity=locked, expected_version=expected_version
        )
        _check(locked, edit=edit, moved="folder" in left, given="owner" in left)
        save_references(edit, locked.pk, attributes.references)
    return locked


def _assign(entity: Entity, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name in ("folder", "owner") and isinstance(value, int | None):
            setattr(entity, f"{name}_id", value)
        elif name in ("birthday", "anniversary"):
            setattr(entity, name, _partial_date(name, value))
        elif isinstance(value, str) and name not in ("notes", "public_key"):
            setattr(entity, name, " ".join(value.split()))
        else:
            setattr(entity, name, value)


def _check(entity: Entity, *, edit: Edit, moved: bool, given: bool) -> None:
    parts.check(entity)
    if moved and edit.actor is not None and entity.folder_id not in rights_of(edit.actor).edit:
        raise PermissionDenied
    if given:
        _check_owner(entity.owner_id)
    if derive.name_key(entity) == "" and not _has_details(entity):
        raise ValidationError({"name" if entity.is_organisation else "last_name": _("A name is needed.")})


def _check_owner(owner_id: int | None) -> None:
    owner = User.objects.filter(pk=owner_id, is_active=True).first() if owner_id is not None else None
    if owner_id is not None and (owner is None or not is_staff_member(owner)):
        raise ValidationError({"owner": _("There is no such colleague.")})


def _folder(folder_id: int | None) -> Folder:
    if folder_id is None:
        return default_folder()
    found = Folder.objects.filter(pk=folder_id).first()
    if found is None:
        raise ValidationError({"folder": _("There is no such folder.")})
    return found


def _has_details(entity: Entity) -> bool:
    """What came without a name keeps its name of an address or number."""
    return entity.emails.exists() or entity.phones.exists() or bool(entity.organisation)


def _partial_date(name: str, value: str) -> str:
    try:
        return derive.read_partial_date(value or "")
    except ValueError as error:
        raise ValidationError({name: _("This day can't be read.")}) from error


def make_entity(edit: Edit, data: EntityInput, *, user: User | None = None) -> Entity:
    """Make a contact as part of a larger edit; `user`: who signs in as this person."""
    actor, now = edit.actor, edit.now
    folder = _folder(data.folder_id)
    if actor is not None and not can_create_in(actor, folder):
        raise PermissionDenied
    _check_owner(data.owner_id)
    entity = Entity(folder=folder, source=data.source, owner_id=data.owner_id or (actor.pk if actor else None))
    entity.created_at = entity.modified_at = now
    entity.created_by = entity.modified_by = actor
    entity.uid = data.uid or entity.uid
    entity.user = user
    _assign(entity, {name: getattr(data, name) for name in _OWN})
    below, attributes = _clean(entity, data, actor)
    categories = _categories(actor, data.category_ids)
    entity.attributes = attributes.values
    entity.is_restricted = any(category.pk in restricted_categories() for category in categories)
    jobs = resolve_jobs(edit, data.jobs, folder=folder, make=make_entity)
    aggregate = copies.Aggregate(entity, below.units, below.emails, below.phones, [job.as_copy() for job in jobs])
    aggregate.derive(now.date())
    if entity.display_name == derive.NO_NAME:
        raise ValidationError({"name" if entity.is_organisation else "last_name": _("A name is needed.")})
    parts.check(entity)
    bearing = [EntityCategory(entity=entity, category=category) for category in categories]
    ties = build_ties(entity, jobs)
    tables = ([entity], *below.tables(), bearing, *ties.tables())
    give_keys(*tables)
    insert_all(*tables, aggregate.search_tokens(now.date()))
    edit.made(entity)
    for part in (*below.all(), *bearing):
        edit.created(part, entity.pk)
    ties.note(edit)
    save_references(edit, entity.pk, attributes.references)
    return entity


def _clean(entity: Entity, data: EntityInput, actor: User | None) -> tuple[parts.Below, CleanAttributes]:
    errors: dict[str, Any] = {}
    attributes = CleanAttributes()
    try:
        attributes = clean_attributes(
            data.attributes, actor=actor, target=data.kind, region=parts.region_for(actor), whole=actor is not None
        )
    except ValidationError as error:
        errors |= error.message_dict
    below = parts.build_below(entity, data, actor, errors)
    if errors:
        raise ValidationError(errors)
    return below, attributes


def _categories(actor: User | None, ids: list[int]) -> list[Category]:
    if not ids:
        return []
    hidden = rights_of(actor).hidden_categories if actor else ()
    found = list(Category.objects.filter(pk__in=ids).exclude(pk__in=hidden).order_by("pk"))
    if len(found) != len(set(ids)):
        raise ValidationError({"category_ids": _("There is no such category.")})
    return found
