"""Categories: their tree, who sees them, and which entities bear them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.contacts.models import Category, CategoryPermission, Entity, EntityCategory
from apps.contacts.models.rights import forget_rights, rights_of
from apps.contacts.permissions import can_change_settings
from apps.contacts.selectors.folders import restricted_categories, with_descendants
from apps.contacts.services.journal import editing
from apps.contacts.services.parts import check
from apps.core.services.operations import operate, snapshot


def create_category(
    *,
    actor: User,
    name: str,
    now: datetime,
    parent: Category | None = None,
    colour: str = "",
    is_restricted: bool = False,
    groups: Iterable[Group] = (),
) -> Category:
    """Make a category; a restricted one hides its entities from all but these access groups and administrators.

    Raises PermissionDenied, ValidationError.
    """
    if not can_change_settings(actor):
        raise PermissionDenied
    with operate(actor=actor, verb="category.created", now=now) as recorder:
        category = Category(name=_clean(name), parent=parent, colour=colour, is_restricted=is_restricted)
        _save(category)
        recorder.created(category)
        for permission in _permit(category, groups if is_restricted else ()):
            recorder.created(permission)
        forget_rights()
    return category


def update_category(
    *,
    actor: User,
    category: Category,
    now: datetime,
    name: str,
    parent: Category | None,
    colour: str,
    is_restricted: bool,
    groups: Iterable[Group] = (),
) -> Category:
    """Change a category; who may see its entities changes at once. Raises PermissionDenied, ValidationError."""
    if not can_change_settings(actor):
        raise PermissionDenied
    if parent is not None and parent.pk in with_descendants(Category, category.pk):
        raise ValidationError({"parent": _("A category can't lie below itself.")})
    with operate(actor=actor, verb="category.updated", now=now) as recorder:
        locked = Category.objects.select_for_update().get(pk=category.pk)
        before = snapshot(locked)
        locked.name, locked.parent, locked.colour = _clean(name), parent, colour
        locked.is_restricted = is_restricted
        _save(locked)
        recorder.updated(locked, before)
        for permission in locked.permissions.all():
            recorder.removed(permission)
        locked.permissions.all().delete()
        for permission in _permit(locked, groups if is_restricted else ()):
            recorder.created(permission)
        mark_restricted()
        forget_rights()
    return locked


def remove_category(*, actor: User, category: Category, now: datetime) -> None:
    """Take away a category that nobody bears and none lies below. Raises PermissionDenied, ValidationError."""
    if not can_change_settings(actor):
        raise PermissionDenied
    with operate(actor=actor, verb="category.removed", now=now) as recorder:
        locked = Category.objects.select_for_update().get(pk=category.pk)
        if locked.children.exists() or EntityCategory.objects.filter(category=locked).exists():
            raise ValidationError(_("There are contacts or categories in this one. Take them out first."))
        for permission in locked.permissions.all():
            recorder.removed(permission)
        recorder.removed(locked)
        locked.delete()
        forget_rights()


def set_categories(*, actor: User, entity: Entity, category_ids: Iterable[int], now: datetime) -> None:
    """Let the entity bear exactly these categories, of those that the actor sees; hidden ones stay.

    Raises PermissionDenied, InTrash, ValidationError.
    """
    hidden = rights_of(actor).hidden_categories
    wanted = set(category_ids)
    with editing([entity], actor=actor, verb="entity.categorised", now=now) as edit:
        if Category.objects.filter(pk__in=wanted).exclude(pk__in=hidden).count() != len(wanted):
            raise ValidationError({"categories": _("There is no such category.")})
        there = {row.category_id: row for row in EntityCategory.objects.filter(entity=entity)}
        for category_id in sorted(there.keys() - wanted - hidden):
            edit.removed(there[category_id], entity.pk)
            there[category_id].delete()
        for category_id in sorted(wanted - there.keys()):
            edit.created(EntityCategory.objects.create(entity_id=entity.pk, category_id=category_id), entity.pk)
        borne = (there.keys() & (wanted | hidden)) | wanted
        edit.entities[entity.pk].is_restricted = not borne.isdisjoint(restricted_categories())


def mark_restricted(entity_ids: Iterable[int] | None = None) -> None:
    """Make `is_restricted` say again whether an entity bears a restricted category: of all, or of these."""
    bears = Exists(EntityCategory.objects.filter(entity=OuterRef("pk"), category__in=restricted_categories()))
    entities = Entity.objects.all() if entity_ids is None else Entity.objects.filter(pk__in=entity_ids)
    entities.alias(bears=bears).exclude(is_restricted=F("bears")).update(is_restricted=bears)


def _permit(category: Category, groups: Iterable[Group]) -> list[CategoryPermission]:
    return CategoryPermission.objects.bulk_create(
        CategoryPermission(category=category, group=group) for group in groups
    )


def _save(category: Category) -> None:
    check(category)
    try:
        with transaction.atomic():
            category.save()
    except IntegrityError as error:
        raise ValidationError({"name": _("There is a category of this name already.")}) from error


def _clean(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned:
        raise ValidationError({"name": _("A name is needed.")})
    return cleaned
