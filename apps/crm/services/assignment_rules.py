"""The rules that assign new contacts: administrators write them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts.permissions import can_change_settings
from apps.core.kept import forget_kept
from apps.core.services.operations import operate, snapshot
from apps.crm.models import AssignmentRule

if TYPE_CHECKING:
    from apps.accounts.models import User

FIELDS = ("name", "position", "country", "folder", "category", "persona", "source", "how", "user", "team", "is_active")


def save_rule(*, actor: User, now: datetime, rule: AssignmentRule | None = None, **fields: Any) -> AssignmentRule:
    """Write a new rule, or `rule` anew; `fields` are those of FIELDS. Raises PermissionDenied, ValidationError."""
    if not can_change_settings(actor):
        raise PermissionDenied
    row = rule or AssignmentRule()
    before = snapshot(row) if rule is not None else None
    for name in FIELDS:
        if name in fields:
            setattr(row, name, fields[name])
    if row.how == AssignmentRule.How.USER:
        row.team = None
        if row.user is None:
            raise ValidationError({"user": _("Say to whom.")})
    else:
        row.user = None
        if row.team is None:
            raise ValidationError({"team": _("Say which team.")})
    verb = "assignment_rule.made" if before is None else "assignment_rule.changed"
    with operate(actor=actor, verb=verb, now=now) as recorder:
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


def remove_rule(*, actor: User, rule: AssignmentRule, now: datetime) -> None:
    """Its log stays. Raises PermissionDenied."""
    if not can_change_settings(actor):
        raise PermissionDenied
    with operate(actor=actor, verb="assignment_rule.removed", now=now) as recorder:
        recorder.removed(rule)
        rule.delete()
        forget_kept()


def after_undo(_ids: list[int], _now: datetime) -> None:
    forget_kept()
