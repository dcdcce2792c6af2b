"""Folders and categories as trees, within the rights of the reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from django.db.models import QuerySet

from apps.contacts.models import Category, Folder
from apps.contacts.models.rights import rights_of
from apps.core.kept import Kept
from apps.core.prepared import Prepared, blank_ids

if TYPE_CHECKING:
    from apps.accounts.models import User

Node = TypeVar("Node", Folder, Category)


@dataclass(frozen=True, slots=True)
class Branch(Generic[Node]):
    """A folder or category with those below it, in the order they are shown; `depth` 0 is a root."""

    item: Node
    depth: int = 0
    children: list[Branch[Node]] = field(default_factory=list)


@Kept
def default_folder() -> Folder:
    """Everyone: where contacts go for which nobody named a folder."""
    return Folder.objects.get(is_default=True)


def folder_tree(user: User, *, to_edit: bool = False) -> list[Branch[Folder]]:
    """The folders that `user` may see (or put contacts into); a folder below a hidden one moves up to the roots."""
    rights = rights_of(user)
    return _tree(_folders.ask({_IDS: sorted(rights.edit if to_edit else rights.view)}))


def category_tree(user: User) -> list[Branch[Category]]:
    """The categories that are not hidden from `user`."""
    return _tree(_categories.ask({_IDS: sorted(rights_of(user).hidden_categories)}))


_IDS = blank_ids()


@Prepared
def _folders() -> QuerySet[Folder]:
    return Folder.objects.filter(pk__among=_IDS).order_by("position", "name", "pk")


@Prepared
def _categories() -> QuerySet[Category]:
    return Category.objects.exclude(pk__among=_IDS).order_by("name", "pk")


def flat(branches: Iterable[Branch[Node]]) -> list[Branch[Node]]:
    """A tree row by row, as a select or an indented list shows it."""
    rows: list[Branch[Node]] = []
    for branch in branches:
        rows.append(branch)
        rows += flat(branch.children)
    return rows


def with_descendants(model: type[Folder] | type[Category], root_id: int) -> set[int]:
    """The id of a folder or category and of all below it; rights are not asked."""
    children: dict[int | None, list[int]] = {}
    for pk, parent_id in model._default_manager.values_list("pk", "parent_id"):
        children.setdefault(parent_id, []).append(pk)
    found, waiting = {root_id}, [root_id]
    while waiting:
        below = [pk for pk in children.get(waiting.pop(), ()) if pk not in found]
        found.update(below)
        waiting += below
    return found


def restricted_categories() -> frozenset[int]:
    """The categories that limit who sees their entities: restricted themselves or below such a one."""
    rows = {pk: (parent, restricted) for pk, parent, restricted in _category_rows()}
    return frozenset(pk for pk in rows if _is_restricted(pk, rows))


def _category_rows() -> Iterable[tuple[int, int | None, bool]]:
    return Category.objects.values_list("pk", "parent_id", "is_restricted")


def _is_restricted(pk: int, rows: Mapping[int, tuple[int | None, bool]]) -> bool:
    seen: set[int] = set()
    current: int | None = pk
    while current is not None and current in rows and current not in seen:
        seen.add(current)
        current, restricted = rows[current]
        if restricted:
            return True
    return False


def _tree(items: list[Node]) -> list[Branch[Node]]:
    there = {item.pk for item in items}
    children: dict[int | None, list[Node]] = {}
    for item in items:
        children.setdefault(item.parent_id if item.parent_id in there else None, []).append(item)

    def grow(parent_id: int | None, depth: int) -> list[Branch[Node]]:
        return [Branch(item, depth, grow(item.pk, depth + 1)) for item in children.get(parent_id, ())]

    return grow(None, 0)
