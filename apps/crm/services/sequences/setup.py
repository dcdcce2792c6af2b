"""Sequences are written by administrators and managers."""

from __future__ import annotations

from collections.abc import Sequence as Many
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts.permissions import is_manager
from apps.core.services.operations import operate
from apps.crm.models import Sequence, SequenceStep

if TYPE_CHECKING:
    from apps.accounts.models import User

Step = tuple[int, str, str]  # after how many days, kind, words
MOST_STEPS = 6


def save_sequence(
    *,
    actor: User,
    name: str,
    steps: Many[Step],
    now: datetime,
    is_active: bool = True,
    stops_at_call: bool = True,
    sequence: Sequence | None = None,
) -> Sequence:
    """Write a new sequence, or `sequence` anew; contacts in it go on with the steps that they began with.

    Raises PermissionDenied, ValidationError by field.
    """
    if not is_manager(actor):
        raise PermissionDenied
    if not steps:
        raise ValidationError({"day_1": _("A sequence needs a step.")})
    if len(steps) > MOST_STEPS:
        raise ValidationError(_("A sequence has at most %(limit)s steps.") % {"limit": MOST_STEPS})
    if any(kind == SequenceStep.Kind.TODO and not words for _day, kind, words in steps):
        raise ValidationError(_("Say what is to be done."))
    row = sequence or Sequence()
    row.name, row.is_active, row.stops_at_call = name, is_active, stops_at_call
    verb = "sequence.changed" if sequence else "sequence.made"
    with operate(actor=actor, verb=verb, now=now, undoable=False, keep=True):
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise ValidationError({"name": _("There is a sequence of this name already.")}) from error
        row.steps.all().delete()
        ordered = sorted(steps, key=lambda step: step[0])
        SequenceStep.objects.bulk_create(
            SequenceStep(sequence=row, position=position, day=day, kind=kind, words=words)
            for position, (day, kind, words) in enumerate(ordered)
        )
    return row
