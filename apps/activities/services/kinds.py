"""Kinds and categories of entries, as administrators make them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from apps.accounts.permissions import can_change_settings
from apps.activities.models import Activity, ActivityCategory, ActivityCategoryPermission, ActivityKind
from apps.activities.models.reach import forget_reach
from apps.activities.selectors.kind_fields import TARGETS
from apps.contacts.models import FieldDefinition
from apps.core.contributions import kinds
from apps.core.services.operations import operate, snapshot
from apps.core.text import transliterate

if TYPE_CHECKING:
    from apps.accounts.models import User


def make_kind(*, actor: User, name: str, icon: str, now: datetime) -> ActivityKind:
    """Add a kind of entry that is only words. Raises PermissionDenied, ValidationError under "name"."""
    _ask(actor)
    with operate(actor=actor, verb="activity_kind.made", now=now) as recorder:
        last = ActivityKind.objects.aggregate(last=Max("position"))["last"] or 0
        kind = ActivityKind(key=_free_key(name), name=_clean(name), icon=icon or "point", position=last + 1)
        _save(kind, _("There is a kind of this name already."))
        recorder.created(kind)
    return kind


def change_kind(*, actor: User, kind: ActivityKind, name: str, icon: str, now: datetime) -> None:
    """Rename a kind; its entries bear the new name. Raises PermissionDenied, ValidationError under "name"."""
    _ask(actor)
    with operate(actor=actor, verb="activity_kind.changed", now=now) as recorder:
        locked = ActivityKind.objects.select_for_update().get(pk=kind.pk)
        before = snapshot(locked)
        locked.name, locked.icon = _clean(name), icon or "point"
        _save(locked, _("There is a kind of this name already."))
        recorder.updated(locked, before)


def retire_kind(*, actor: User, kind: ActivityKind, now: datetime) -> None:
    """Offer a kind no longer; its entries stay as they are."""
    _ask(actor)
    with operate(actor=actor, verb="activity_kind.retired", now=now) as recorder:
        locked = ActivityKind.objects.select_for_update().get(pk=kind.pk)
        before = snapshot(locked)
        locked.retired_at = locked.retired_at or now
        locked.save(update_fields=["retired_at"])
        recorder.updated(locked, before)


def make_category(
    *, actor: User, name: str, colour: str, is_restricted: bool, groups: Iterable[Group], now: datetime
) -> ActivityCategory:
    """Add a category; a restricted one is read by `groups`, administrators and each entry's author alone."""
    _ask(actor)
    with operate(actor=actor, verb="activity_category.made", now=now) as recorder:
        category = ActivityCategory(name=_clean(name), colour=colour, is_restricted=is_restricted)
        _save(category, _("There is a category of this name already."))
        recorder.created(category)
        for permission in _permit(category, groups if is_restricted else ()):
            recorder.created(permission)
        forget_reach()
    return category


def change_category(
    *,
    actor: User,
    category: ActivityCategory,
    name: str,
    colour: str,
    is_restricted: bool,
    groups: Iterable[Group],
    now: datetime,
) -> None:
    """Change a category; who may read its entries changes at once. Raises PermissionDenied, ValidationError."""
    _ask(actor)
    with operate(actor=actor, verb="activity_category.changed", now=now) as recorder:
        locked = ActivityCategory.objects.select_for_update().get(pk=category.pk)
        before = snapshot(locked)
        locked.name, locked.colour, locked.is_restricted = _clean(name), colour, is_restricted
        _save(locked, _("There is a category of this name already."))
        recorder.updated(locked, before)
        for permission in locked.permissions.all():
            recorder.removed(permission)
        locked.permissions.all().delete()
        for permission in _permit(locked, groups if is_restricted else ()):
            recorder.created(permission)
        forget_reach()


def remove_category(*, actor: User, category: ActivityCategory, now: datetime) -> None:
    """Take away a category that no entry bears. Raises PermissionDenied, ValidationError."""
    _ask(actor)
    with operate(actor=actor, verb="activity_category.removed", now=now) as recorder:
        locked = ActivityCategory.objects.select_for_update().get(pk=category.pk)
        if Activity.objects.filter(category=locked).exists():
            raise ValidationError(_("There are entries of this category. Give them another one first."))
        for permission in locked.permissions.all():
            recorder.removed(permission)
        recorder.removed(locked)
        locked.delete()
        forget_reach()


def after_undo(ids: list[int], now: datetime) -> None:
    """What undo has put back counts at once."""
    forget_reach()


def _ask(actor: User) -> None:
    if not can_change_settings(actor):
        raise PermissionDenied


def _free_key(name: str) -> str:
    stem = slugify(transliterate(name))[:34] or "kind"
    taken = {*ActivityKind.objects.values_list("key", flat=True), *(key for key, _kind in kinds.items())}
    # Undo takes a kind away, yet not its fields: another kind is not to find them there.
    ownerless = FieldDefinition.objects.filter(target__startswith=TARGETS).values_list("target", flat=True)
    taken |= {target.removeprefix(TARGETS) for target in ownerless}
    return next(key for key in (stem, *(f"{stem}-{number}" for number in range(2, 10_000))) if key not in taken)


def _permit(category: ActivityCategory, groups: Iterable[Group]) -> list[ActivityCategoryPermission]:
    return ActivityCategoryPermission.objects.bulk_create(
        ActivityCategoryPermission(category=category, group=group) for group in groups
    )


def _save(row: Any, taken: str) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise ValidationError({"name": taken}) from error


def _clean(name: str) -> str:
    cleaned = " ".join(name.replace("\x00", "").split())
    if not cleaned:
        raise ValidationError({"name": _("A name is needed.")})
    return cleaned
