"""Why opportunities are lost, as administrators word it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Max
from django.utils.translation import gettext as _

from apps.core.services.operations import operate, snapshot
from apps.crm.models import LostReason
from apps.crm.services.setup import ask_settings, clean_name, put_in_order, retire, save_once

if TYPE_CHECKING:
    from apps.accounts.models import User


def make_reason(*, actor: User, name: str, now: datetime) -> LostReason:
    """Raises PermissionDenied, ValidationError under "name"."""
    ask_settings(actor)
    with operate(actor=actor, verb="lost_reason.made", now=now) as recorder:
        last = LostReason.objects.aggregate(last=Max("position"))["last"] or 0
        reason = LostReason(name=clean_name(name), position=last + 1)
        save_once(reason, _("There is a reason of this name already."))
        recorder.created(reason)
    return reason


def change_reason(*, actor: User, reason: LostReason, name: str, now: datetime) -> None:
    """Raises PermissionDenied, ValidationError under "name"."""
    ask_settings(actor)
    with operate(actor=actor, verb="lost_reason.changed", now=now) as recorder:
        locked = LostReason.objects.select_for_update().get(pk=reason.pk)
        before = snapshot(locked)
        typed = clean_name(name)
        locked.name = locked.name if typed == locked.title else typed
        save_once(locked, _("There is a reason of this name already."))
        recorder.updated(locked, before)


def retire_reason(*, actor: User, reason: LostReason, now: datetime, retired: bool = True) -> None:
    """Offer it no longer, or once more; opportunities that bear it keep it."""
    ask_settings(actor)
    retire(actor=actor, row=reason, verb="lost_reason.retired", now=now, retired=retired)


def order_reasons(*, actor: User, reasons: Sequence[LostReason], now: datetime) -> None:
    ask_settings(actor)
    put_in_order(actor=actor, rows=reasons, verb="lost_reason.ordered", now=now)
