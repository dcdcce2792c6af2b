"""Folders, categories and owners that cards name: found, or made where the actor may."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from apps.accounts.models import User
from apps.accounts.permissions import is_manager
from apps.contacts.models import Category, CategoryPermission, Folder
from apps.contacts.models.rights import forget_rights, rights_of
from apps.contacts.permissions import can_make_folder
from apps.contacts.services.imports.cleaning import clean
from apps.contacts.services.imports.context import Context
from apps.contacts.services.imports.drafts import Draft
from apps.core.models import Change
from apps.core.services.operations import record_type, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable

PATH = " / "  # between a folder or category and those within it


def path_of(item: Folder | Category, by_id: dict[int, Folder] | dict[int, Category]) -> str:
    """The names from the root down to `item`."""
    names = [item.name]
    seen = {item.pk}
    while item.parent_id and item.parent_id not in seen:
        item = by_id[item.parent_id]
        seen.add(item.pk)
        names.append(item.name)
    return PATH.join(reversed(names))


def settle_folders(drafts: Sequence[Draft], context: Context) -> list[Change]:
    """Give each draft its folder: the chosen one, else the one it names, else Everyone."""
    changes: list[Change] = []
    chosen = context.choices.folder
    if chosen is None and not context.folders:
        folders = {folder.pk: folder for folder in Folder.objects.all()}
        context.folders.update(
            {path_of(folder, folders): pk for pk, folder in folders.items() if pk in context.rights.edit}
        )
    for draft in drafts:
        if chosen is not None:
            draft.folder_id = chosen.pk
            continue
        name = clean(draft.card.folder)
        if (
            name
            and name not in context.folders
            and can_make_folder(context.actor, kind=Folder.Kind.PUBLIC, parent=None)
        ):
            changes += _make_folder(name, context)
        draft.folder_id = context.folders.get(name, context.default_folder.pk)
    return changes


def are_known(drafts: Sequence[Draft], context: Context) -> bool:
    """Whether every folder and category that the drafts name was looked up before: then nothing has to be made."""
    for draft in drafts:
        if context.choices.folder is None and (name := clean(draft.card.folder)) and name not in context.folders:
            return False
        if any((name := clean(each)) and name not in context.categories for each in draft.categories):
            return False
    return True


def _make_folder(path: str, context: Context) -> list[Change]:
    folder, changes = make_folder(path)
    context.rights = rights_of(context.actor)
    if folder.pk in context.rights.edit:
        context.folders[path] = folder.pk
    return changes


def make_folder(path: str) -> tuple[Folder, list[Change]]:
    """The public folder of this path, with those above it that are missing, and the Changes to keep."""
    changes = []
    parent: Folder | None = None
    for name in path.split(PATH):
        folder = Folder.objects.filter(parent=parent, owner=None, name=name[:100]).first()
        if folder is None:
            folder = Folder.objects.create(
                name=name[:100], parent=parent, kind=Folder.Kind.PUBLIC, own_rights=parent is None
            )
            changes.append(_made(folder))
        parent = folder
    forget_rights()
    assert parent is not None  # noqa: S101  a path has at least one name
    return parent, changes


def _made(record: Folder | Category) -> Change:
    diff = {name: [None, value] for name, value in snapshot(record).items()}
    return Change(record_type=record_type(record), record_id=record.pk, kind=Change.Kind.CREATED, diff=diff)


def categories_of(names: Iterable[str], context: Context, changes: list[Change]) -> list[tuple[int, bool]]:
    """Ids of the categories named, each with whether it is restricted; those hidden from the actor are left out."""
    found = []
    for name in dict.fromkeys(clean(name) for name in names):
        if name and (category := _category(name, context, changes)):
            found.append(category)
    return list(dict.fromkeys(found))


def _category(path: str, context: Context, changes: list[Change]) -> tuple[int, bool] | None:
    if not context.categories:
        categories = {category.pk: category for category in Category.objects.all()}
        restricted = {pk for pk, category in categories.items() if category.is_restricted}
        for pk, category in categories.items():
            hidden = pk in context.rights.hidden_categories
            is_restricted = bool(restricted & set(_lineage(category, categories)))
            context.categories[path_of(category, categories)] = None if hidden else (pk, is_restricted)
    if path not in context.categories:
        context.categories[path] = _make_category(path, context, changes)
    return context.categories[path]


def _lineage(category: Category, by_id: dict[int, Category]) -> list[int]:
    found = [category.pk]
    while category.parent_id and category.parent_id not in found:
        category = by_id[category.parent_id]
        found.append(category.pk)
    return found


def _make_category(path: str, context: Context, changes: list[Change]) -> tuple[int, bool] | None:
    parent: Category | None = None
    trail: list[str] = []
    is_restricted = False
    for name in path.split(PATH):
        trail.append(name[:100])
        known = context.categories.get(PATH.join(trail), (0, False))
        if known is None:
            return None
        category = Category.objects.filter(parent=parent, name=name[:100]).first()
        if category is None:
            category = Category.objects.create(parent=parent, name=name[:100])
            changes.append(_made(category))
        is_restricted = is_restricted or category.is_restricted
        parent = category
    if parent is None or (is_restricted and not _may_bear(parent, context)):
        return None
    return parent.pk, is_restricted


def _may_bear(category: Category, context: Context) -> bool:
    groups = context.actor.groups.values("pk")
    return category.pk not in context.rights.hidden_categories and (
        is_manager(context.actor) or CategoryPermission.objects.filter(category=category, group__in=groups).exists()
    )


def owner_of(draft: Draft, context: Context) -> int:
    """The user whose e-mail the card names as owner, else the actor."""
    email = draft.card.owner_email.strip().lower()
    if not email:
        return context.actor.pk
    if email not in context.owners:
        user = User.objects.filter(email=email, is_active=True).first()
        context.owners[email] = user.pk if user else context.actor.pk
    return context.owners[email]
