"""Who is away from when to when, and who takes what comes in meanwhile."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.core.clock import company_day
from apps.core.kept import forget_kept
from apps.crm.models import Absence
from apps.crm.permissions.teams import can_note_absence

if TYPE_CHECKING:
    from apps.accounts.models import User


@transaction.atomic
def set_absence(
    *, actor: User, user: User, starts_on: date, ends_on: date, replaced_by: User | None, now: datetime
) -> Absence:
    """Note that `user` is away; their own, or one of whom `actor` leads. Raises PermissionDenied, ValidationError."""
    _ask(actor, user, now)
    absence = Absence(user=user, stand_in=replaced_by, starts_on=starts_on, ends_on=ends_on, created_at=now)
    return _save(absence)


@transaction.atomic
def change_absence(
    *, actor: User, absence: Absence, starts_on: date, ends_on: date, replaced_by: User | None, now: datetime
) -> Absence:
    """Say other days, or another stand-in. Raises PermissionDenied, ValidationError."""
    _ask(actor, absence.user, now)
    absence.starts_on, absence.ends_on, absence.stand_in = starts_on, ends_on, replaced_by
    return _save(absence)


@transaction.atomic
def remove_absence(*, actor: User, absence: Absence, now: datetime) -> None:
    """They are there after all; of an absence that has begun the days until today stay. Raises PermissionDenied."""
    _ask(actor, absence.user, now)
    today = company_day(now)
    if absence.starts_on < today < absence.ends_on:
        Absence.objects.filter(pk=absence.pk).update(ends_on=today)
    else:
        Absence.objects.filter(pk=absence.pk).delete()
    forget_kept()


def _ask(actor: User, user: User, now: datetime) -> None:
    if not can_note_absence(actor, user, on=company_day(now)):
        raise PermissionDenied


def _save(absence: Absence) -> Absence:
    if absence.ends_on <= absence.starts_on:
        raise ValidationError({"ends_on": _("It ends before it begins.")})
    if absence.stand_in_id is not None and absence.stand_in_id == absence.user_id:
        raise ValidationError({"stand_in": _("Nobody stands in for themselves.")})
    try:
        with transaction.atomic():
            absence.save()
    except IntegrityError as error:
        raise ValidationError({"starts_on": _("They are away on some of these days already.")}) from error
    forget_kept()
    return absence
