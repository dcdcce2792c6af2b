"""The list of causes that claim managers choose from."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from apps.accounts.permissions import can_change_settings
from apps.core.services.operations import operate, snapshot
from apps.crm.models import ClaimCause

if TYPE_CHECKING:
    from apps.accounts.models import User


def make_cause(*, actor: User, name: str, now: datetime) -> ClaimCause:
    """At the end of the list. Raises PermissionDenied, ValidationError under "name"."""
    _ask(actor)
    with operate(actor=actor, verb="claim_cause.made", now=now, undoable=False) as recorder:
        last = ClaimCause.objects.aggregate(last=Max("position"))["last"] or 0
        cause = ClaimCause(name=_clean(name), position=last + 1)
        _save(cause)
        recorder.created(cause)
    return cause


def rename_cause(*, actor: User, cause: ClaimCause, name: str, now: datetime) -> None:
    """Claims that bear it show the new name too. Raises PermissionDenied, ValidationError under "name"."""
    _ask(actor)
    with operate(actor=actor, verb="claim_cause.renamed", now=now, undoable=False) as recorder:
        locked = ClaimCause.objects.select_for_update().get(pk=cause.pk)
        before = snapshot(locked)
        locked.name = _clean(name)
        _save(locked)
        recorder.updated(locked, before)


def retire_cause(*, actor: User, cause: ClaimCause, now: datetime) -> None:
    """Offer it no longer; claims keep it, and so does the report."""
    _ask(actor)
    with operate(actor=actor, verb="claim_cause.retired", now=now, undoable=False) as recorder:
        locked = ClaimCause.objects.select_for_update().get(pk=cause.pk)
        before = snapshot(locked)
        locked.retired_at = locked.retired_at or now
        locked.save(update_fields=["retired_at"])
        recorder.updated(locked, before)


def _ask(actor: User) -> None:
    if not can_change_settings(actor):
        raise PermissionDenied


def _save(cause: ClaimCause) -> None:
    try:
        with transaction.atomic():
            cause.save()
    except IntegrityError as error:
        raise ValidationError({"name": _("There is a cause of this name already.")}) from error


def _clean(name: str) -> str:
    cleaned = " ".join(name.replace("\x00", "").split())
    if not cleaned:
        raise ValidationError({"name": _("A name is needed.")})
    return cleaned
