"""Who may do what to contacts, folders and the settings around them (DECISIONS 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.accounts.permissions import can_change_settings, is_staff_member
from apps.contacts.models import Entity, EntityCategory, Folder
from apps.contacts.models.rights import rights_of

if TYPE_CHECKING:
    from apps.accounts.models import User

__all__ = [
    "can_change_settings",
    "can_create_in",
    "can_edit_entity",
    "can_export_entity",
    "can_make_folder",
    "can_manage_folder",
    "can_view_entity",
    "can_view_folder",
]


def can_view_entity(user: User, entity: Entity) -> bool:
    return entity.folder_id in rights_of(user).view and not _is_hidden(user, entity)


def can_edit_entity(user: User, entity: Entity) -> bool:
    return entity.folder_id in rights_of(user).edit and not _is_hidden(user, entity)


def can_export_entity(user: User, entity: Entity) -> bool:
    return entity.folder_id in rights_of(user).export and not _is_hidden(user, entity)


def can_view_folder(user: User, folder: Folder) -> bool:
    return folder.pk in rights_of(user).view


def can_create_in(user: User, folder: Folder) -> bool:
    """May `user` put contacts into this folder?"""
    return folder.pk in rights_of(user).edit


def can_make_folder(user: User, *, kind: str, parent: Folder | None) -> bool:
    """Administrators make any folder; everybody on the staff makes folders below what is theirs alone."""
    if kind == Folder.Kind.PERSONAL or (parent is not None and parent.kind == Folder.Kind.PERSONAL):
        return is_staff_member(user) and (parent is None or parent.owner_id == user.pk)
    return can_change_settings(user)


def can_manage_folder(user: User, folder: Folder) -> bool:
    """Rename, move, give rights: a personal folder's owner, administrators for all others."""
    if folder.kind == Folder.Kind.PERSONAL:
        return folder.owner_id == user.pk
    return can_change_settings(user)


def _is_hidden(user: User, entity: Entity) -> bool:
    hidden = rights_of(user).hidden_categories
    if not entity.is_restricted or not hidden:
        return False
    return EntityCategory.objects.filter(entity=entity, category__in=hidden).exists()
