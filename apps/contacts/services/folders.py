"""Folders: made, renamed, moved, given rights, taken away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.contacts.models import Folder, FolderPermission
from apps.contacts.models.rights import forget_rights
from apps.contacts.permissions import can_make_folder, can_manage_folder
from apps.contacts.selectors.folders import with_descendants
from apps.contacts.services.parts import check
from apps.core.services.operations import Recorder, operate, snapshot

Kind = Folder.Kind


@dataclass(frozen=True, slots=True)
class Grant:
    """What an access group may do in a restricted folder; editing and exporting need viewing."""

    view: bool = True
    edit: bool = False
    export: bool = False


def create_folder(
    *,
    actor: User,
    name: str,
    now: datetime,
    kind: str = Kind.PUBLIC,
    parent: Folder | None = None,
    own_rights: bool = True,
    grants: Mapping[Group, Grant] | None = None,
) -> Folder:
    """Make a folder; a personal one is the actor's. `own_rights` False lets those of the parent apply.

    Raises PermissionDenied, ValidationError.
    """
    if not can_make_folder(actor, kind=kind, parent=parent):
        raise PermissionDenied
    with operate(actor=actor, verb="folder.created", now=now) as recorder:
        personal = kind == Kind.PERSONAL or (parent is not None and parent.kind == Kind.PERSONAL)
        folder = Folder(
            name=_clean(name),
            kind=Kind.PERSONAL if personal else kind,
            parent=parent,
            own_rights=own_rights or parent is None,
            owner=actor if personal else None,
        )
        _save(folder)
        recorder.created(folder)
        _grant(folder, grants or {}, recorder)
        forget_rights()
    return folder


def personal_folder(*, actor: User, now: datetime) -> Folder:
    """The folder that nobody but the actor sees; made when first asked for."""
    found = Folder.objects.filter(kind=Kind.PERSONAL, owner=actor, parent=None).order_by("pk").first()
    return found or create_folder(actor=actor, name=_("My contacts"), kind=Kind.PERSONAL, now=now)


def rename_folder(*, actor: User, folder: Folder, name: str, now: datetime) -> None:
    """Raises PermissionDenied, ValidationError."""
    _change(actor, folder, "folder.renamed", now, {"name": _clean(name)})


def move_folder(*, actor: User, folder: Folder, parent: Folder | None, now: datetime) -> None:
    """Hang the folder below another one, or None: to the roots, where it needs rights of its own.

    Raises PermissionDenied, ValidationError where it would lie below itself.
    """
    if parent is not None:
        if not can_manage_folder(actor, parent):
            raise PermissionDenied
        if parent.pk in with_descendants(Folder, folder.pk):
            raise ValidationError({"parent": _("A folder can't lie below itself.")})
        if (parent.kind == Kind.PERSONAL) != (folder.kind == Kind.PERSONAL):
            raise ValidationError({"parent": _("What is personal stays apart from what is shared.")})
    fields: dict[str, object] = {"parent_id": parent.pk if parent else None}
    if parent is None:
        fields["own_rights"] = True
    _change(actor, folder, "folder.moved", now, fields)


def set_folder_rights(
    *,
    actor: User,
    folder: Folder,
    kind: str,
    grants: Mapping[Group, Grant],
    now: datetime,
    own_rights: bool = True,
) -> None:
    """Make the folder public or restricted, with what each access group may do in it.

    Raises PermissionDenied, ValidationError (personal folders stay personal; Everyone and Colleagues stay public).
    """
    if not can_manage_folder(actor, folder) or folder.kind == Kind.PERSONAL:
        raise PermissionDenied
    if kind == Kind.PERSONAL or (kind != Kind.PUBLIC and folder.is_default):
        raise ValidationError({"kind": _("This folder stays as it is.")})
    with operate(actor=actor, verb="folder.rights_changed", now=now) as recorder:
        locked = Folder.objects.select_for_update().get(pk=folder.pk)
        before = snapshot(locked)
        locked.kind, locked.own_rights = kind, own_rights or locked.parent_id is None
        locked.save(update_fields=["kind", "own_rights"])
        recorder.updated(locked, before)
        _grant(locked, grants if kind == Kind.RESTRICTED else {}, recorder)
        forget_rights()


def set_folder_columns(*, actor: User, folder: Folder, columns: Sequence[str], now: datetime) -> None:
    """Which columns a list of this folder shows unless its reader chose others."""
    _change(actor, folder, "folder.columns_changed", now, {"list_columns": list(columns)})


def remove_folder(*, actor: User, folder: Folder, now: datetime) -> None:
    """Take away an empty folder. Raises PermissionDenied, ValidationError."""
    if not can_manage_folder(actor, folder):
        raise PermissionDenied
    with operate(actor=actor, verb="folder.removed", now=now) as recorder:
        locked = Folder.objects.select_for_update().get(pk=folder.pk)
        if locked.is_default or locked.is_colleagues:
            raise ValidationError(_("This folder stays."))
        if locked.children.exists() or locked.entities.exists():
            raise ValidationError(_("There is something in this folder, perhaps in the trash. Move it first."))
        for permission in locked.permissions.all():
            recorder.removed(permission)
        locked.permissions.all().delete()
        recorder.removed(locked)
        locked.delete()
        forget_rights()


def _change(actor: User, folder: Folder, verb: str, now: datetime, fields: Mapping[str, object]) -> None:
    if not can_manage_folder(actor, folder):
        raise PermissionDenied
    with operate(actor=actor, verb=verb, now=now) as recorder:
        locked = Folder.objects.select_for_update().get(pk=folder.pk)
        before = snapshot(locked)
        for name, value in fields.items():
            setattr(locked, name, value)
        _save(locked)
        recorder.updated(locked, before)
        forget_rights()


def _save(folder: Folder) -> None:
    check(folder)
    try:
        with transaction.atomic():
            folder.save()
    except IntegrityError as error:
        raise ValidationError({"name": _("There is a folder of this name already.")}) from error


def _grant(folder: Folder, grants: Mapping[Group, Grant], recorder: Recorder) -> None:
    there = {permission.group_id: permission for permission in folder.permissions.all()}
    for group_id, permission in there.items():
        if group_id not in {group.pk for group in grants}:
            recorder.removed(permission)
            permission.delete()
    for group, grant in grants.items():
        permission = there.get(group.pk) or FolderPermission(folder=folder, group=group)
        before = snapshot(permission)
        is_new = permission.pk is None
        permission.can_view = grant.view or grant.edit or grant.export
        permission.can_edit, permission.can_export = grant.edit, grant.export
        permission.save()
        if is_new:
            recorder.created(permission)
        else:
            recorder.updated(permission, before)


def _clean(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned:
        raise ValidationError({"name": _("A name is needed.")})
    return cleaned
