"""How the records of contacts are put back by undo (core.services.operations)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Model, Q

from apps.accounts.models import User
from apps.accounts.permissions import is_staff_member
from apps.contacts import models
from apps.contacts.models.rights import forget_rights
from apps.contacts.permissions import can_change_settings, can_manage_folder
from apps.contacts.services import copies
from apps.contacts.services.categories import mark_restricted
from apps.contacts.services.duplicates.finding import enqueue
from apps.contacts.services.journal import DERIVED
from apps.core.contributions import EncryptedColumn, Undoer, encrypted_columns, undoers
from apps.core.models import Suppression

ROOT = "contacts.entity"
_DETAILS = (models.EmailAddress, models.PhoneNumber, models.Link)
_PARTS = (
    *(models.Unit, models.Participant, models.EntityCategory, models.EntityReference),
    *(models.RawProperty, models.ExternalUid, models.Attachment),
)
_SETTINGS = (
    *(models.Category, models.CategoryPermission, models.FolderPermission),
    *(models.RelationshipType, models.FieldDefinition, models.FieldChoice),
)


def refresh_entities(ids: list[int], now: datetime) -> None:
    """After undo: everything that follows from what was put back."""
    mark_restricted(ids)
    renamed = copies.refresh(ids, now=now)
    if renamed:
        copies.refresh(copies.employees_of(renamed), now=now)
    enqueue(ids, now=now)


def register() -> None:
    undoers.register(
        ROOT,
        Undoer(
            models.Entity,
            subject_field="pk",
            version_field="version",
            ignore=DERIVED,
            editable=_editable_entities,
            after=refresh_entities,
        ),
    )
    for part in _PARTS:
        undoers.register(_type(part), Undoer(part, subject_field="entity_id", root=ROOT))
    for detail in _DETAILS:
        undoers.register(_type(detail), Undoer(detail, subject_field="entity_id", root=ROOT, holder="unit"))
    # A relationship lies below the participant that its Change names.
    undoers.register(_type(models.Relationship), Undoer(models.Relationship, root=ROOT))
    undoers.register(_type(models.Folder), Undoer(models.Folder, editable=_manageable_folders, after=_forget_rights))
    pair = Undoer(models.DuplicatePair, ignore=frozenset({"score", "reasons"}), editable=_editable_pairs)
    undoers.register(_type(models.DuplicatePair), pair)
    undoers.register(_type(Suppression), Undoer(Suppression, editable=_if_staff))
    for setting in _SETTINGS:
        undoers.register(_type(setting), Undoer(setting, editable=_if_administrator, after=_forget_rights))
    encrypted_columns.register("contacts.link.password", EncryptedColumn(models.Link, "password"))


def _type(model: type[Model]) -> str:
    return model._meta.label_lower


def _editable_entities(actor: User, ids: Collection[int]) -> set[int]:
    return set(models.Entity.objects.editable_by(actor).filter(pk__in=ids).values_list("pk", flat=True))


def _editable_pairs(actor: User, ids: Collection[int]) -> set[int]:
    editable = models.Entity.objects.editable_by(actor).order_by().values("pk")
    pairs = models.DuplicatePair.objects.filter(Q(left__in=editable) | Q(right__in=editable), pk__in=ids)
    return set(pairs.values_list("pk", flat=True))


def _manageable_folders(actor: User, ids: Collection[int]) -> set[int]:
    return {folder.pk for folder in models.Folder.objects.filter(pk__in=ids) if can_manage_folder(actor, folder)}


def _if_administrator(actor: User, ids: Collection[int]) -> set[int]:
    return set(ids) if can_change_settings(actor) else set()


def _if_staff(actor: User, ids: Collection[int]) -> set[int]:
    return set(ids) if is_staff_member(actor) else set()


def _forget_rights(ids: list[int], now: datetime) -> None:
    mark_restricted()
    forget_rights()
