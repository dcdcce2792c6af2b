"""Automation rules are written by administrators and managers of settings; a rule acts by the rights of its saver."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts.permissions import is_manager
from apps.core.kept import forget_kept
from apps.core.services.operations import operate, snapshot
from apps.crm.models import Rule
from apps.crm.rules.registry import triggers

if TYPE_CHECKING:
    from apps.accounts.models import User

FIELDS = ("name", "trigger", "options", "match", "conditions", "actions", "is_active")


def save_rule(*, actor: User, now: datetime, rule: Rule | None = None, **fields: Any) -> Rule:
    """Write a new rule, or `rule` anew, and let `actor` answer for it. Raises PermissionDenied, ValidationError."""
    if not is_manager(actor):
        raise PermissionDenied
    row = rule or Rule()
    before = snapshot(row) if rule is not None else None
    for name in FIELDS:
        if name in fields:
            setattr(row, name, fields[name])
    if triggers.get(row.trigger) is None:
        raise ValidationError({"trigger": _("There is no such choice.")})
    if not row.actions:
        raise ValidationError(_("Say what is to be done."))
    row.owner, row.changed_at = actor, now
    with operate(actor=actor, verb="rule.made" if before is None else "rule.changed", now=now) as recorder:
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise ValidationError({"name": _("There is a rule of this name already.")}) from error
        if before is None:
            recorder.created(row)
        else:
            recorder.updated(row, before)
        forget_kept()
    return row


def remove_rule(*, actor: User, rule: Rule, now: datetime) -> None:
    """What waits of it ends; its log stays. Raises PermissionDenied."""
    if not is_manager(actor):
        raise PermissionDenied
    with operate(actor=actor, verb="rule.removed", now=now) as recorder:
        recorder.removed(rule)
        rule.delete()
        forget_kept()


def after_undo(_ids: list[int], _now: datetime) -> None:
    forget_kept()
