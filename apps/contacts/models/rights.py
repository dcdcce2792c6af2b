"""Which folders and categories a user may see, edit and export: resolved once, cached, applied as one condition."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db import transaction

from apps.accounts.permissions import is_admin, is_staff_member
from apps.contacts.models.folders import Category, CategoryPermission, Folder, FolderPermission
from apps.core.kept import forget_kept

if TYPE_CHECKING:
    from apps.accounts.models import User

_EPOCH_KEY = "contacts:rights-epoch"
_SECONDS = 3600
# One request asks a dozen times. So long a user object trusts its last answer; what this process changes itself
# counts at once.
_TRUSTED = 0.5
_changes_here = itertools.count(1)
_last_change = 0


@dataclass(frozen=True, slots=True)
class Rights:
    """Folder ids by right, and the categories whose entities are hidden."""

    view: frozenset[int] = field(default_factory=frozenset)
    edit: frozenset[int] = field(default_factory=frozenset)
    export: frozenset[int] = field(default_factory=frozenset)
    hidden_categories: frozenset[int] = field(default_factory=frozenset)


def rights_of(user: User) -> Rights:
    """The rights of `user`, from the cache where nothing has changed since."""
    kept = user.__dict__.get("_rights")
    if kept is not None and kept[:2] == (_last_change, user.rights_epoch) and time.monotonic() - kept[2] < _TRUSTED:
        answer: Rights = kept[3]
        return answer
    rights = _current_rights(user)
    user.__dict__["_rights"] = (_last_change, user.rights_epoch, time.monotonic(), rights)
    return rights


def _current_rights(user: User) -> Rights:
    epoch = cache.get_or_set(_EPOCH_KEY, 1, None)
    key = f"contacts:rights:{user.pk}:{user.rights_epoch}:{epoch}"
    cached = cache.get(key)
    if isinstance(cached, Rights):
        return cached
    rights = resolve_rights(user)
    cache.set(key, rights, _SECONDS)
    return rights


def forget_rights() -> None:
    """Make every user's rights be resolved anew; called in the transaction that changes folders or categories.

    What is kept of them is forgotten too.
    """

    def raise_epoch() -> None:
        global _last_change
        _last_change = next(_changes_here)
        cache.get_or_set(_EPOCH_KEY, 1, None)
        cache.incr(_EPOCH_KEY)

    raise_epoch()  # for the rest of this transaction
    transaction.on_commit(raise_epoch)  # for whoever resolved in between
    forget_kept()


def resolve_rights(user: User) -> Rights:
    """Read folders, categories and their permissions and apply the rules of the house.

    Public: all staff. Personal: its owner alone, administrators neither. Restricted: by access group, and
    administrators. A restricted category hides its entities, and those of its sub-categories, from everybody
    outside its groups.
    """
    if not user.is_active or not is_staff_member(user):
        return Rights()
    admin = is_admin(user)
    groups = set(user.groups.values_list("pk", flat=True))
    folders = {folder.pk: folder for folder in Folder.objects.all()}
    granted: dict[int, list[FolderPermission]] = {}
    for permission in FolderPermission.objects.filter(group__in=groups):
        granted.setdefault(permission.folder_id, []).append(permission)
    view: set[int] = set()
    edit: set[int] = set()
    export: set[int] = set()
    for folder in folders.values():
        source = _rule_giver(folder, folders)
        if source.kind == Folder.Kind.PERSONAL:
            mine = source.owner_id == user.pk
            rules = (mine, mine, mine)
        elif source.kind == Folder.Kind.PUBLIC or admin:
            rules = (True, True, True)
        else:
            given = granted.get(source.pk, [])
            rules = (
                any(g.can_view for g in given),
                any(g.can_edit for g in given),
                any(g.can_export for g in given),
            )
        for allowed, ids in zip(rules, (view, edit, export), strict=True):
            if allowed:
                ids.add(folder.pk)
    hidden = frozenset() if admin else _hidden_categories(groups)
    return Rights(frozenset(view), frozenset(edit), frozenset(export), hidden)


def _rule_giver(folder: Folder, folders: dict[int, Folder]) -> Folder:
    seen: set[int] = set()
    while not folder.own_rights and folder.parent_id and folder.pk not in seen:
        seen.add(folder.pk)
        folder = folders[folder.parent_id]
    return folder


def _hidden_categories(groups: Iterable[int]) -> frozenset[int]:
    categories = {category.pk: category for category in Category.objects.all()}
    allowed = set(CategoryPermission.objects.filter(group__in=groups).values_list("category_id", flat=True))

    def is_hidden(category: Category) -> bool:
        seen: set[int] = set()
        current: Category | None = category
        while current is not None and current.pk not in seen:
            if current.is_restricted and current.pk not in allowed:
                return True
            seen.add(current.pk)
            current = categories.get(current.parent_id) if current.parent_id else None
        return False

    return frozenset(pk for pk, category in categories.items() if is_hidden(category))
