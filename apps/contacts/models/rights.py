"""Which folders and categories a user may see, edit and export: resolved once, cached, applied as one condition."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apps.accounts.permissions import is_admin, is_staff_member
from apps.contacts.models.folders import Category, CategoryPermission, Folder, FolderPermission
from apps.core.epochs import AtHand, Epoch
from apps.core.kept import forget_kept

if TYPE_CHECKING:
    from apps.accounts.models import User

_epoch = Epoch("contacts:rights-epoch")
_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Rights:
    """Folder ids by right, and the categories whose entities are hidden."""

    view: frozenset[int] = field(default_factory=frozenset)
    edit: frozenset[int] = field(default_factory=frozenset)
    export: frozenset[int] = field(default_factory=frozenset)
    hidden_categories: frozenset[int] = field(default_factory=frozenset)


_at_hand = AtHand(Rights, _SECONDS)


def rights_of(user: User) -> Rights:
    """The rights of `user`: those at hand where nothing has changed since. One request asks a dozen times."""
    stamp = (_epoch.current(), user.rights_epoch)
    kept = user.__dict__.get("_rights")
    if kept is None or kept[0] != stamp:
        key = f"contacts:rights:{user.pk}:{user.rights_epoch}:{stamp[0]}"
        kept = user.__dict__["_rights"] = (stamp, _at_hand.get(key, lambda: resolve_rights(user)))
    rights: Rights = kept[1]
    return rights


def rights_stamp(user: User) -> str:
    """Another one whenever anybody's rights may have changed: what was told by it is then to be told anew."""
    return f"{_epoch.current()}-{user.rights_epoch}"


def forget_rights() -> None:
    """Make every user's rights be resolved anew; called in the transaction that changes folders or categories.

    What is kept of them is forgotten too.
    """
    _epoch.change()
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
