"""Sequences are written by administrators and managers."""

from __future__ import annotations

from collections.abc import Sequence as Many
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts.permissions import is_manager
from apps.core.services.operations import operate, snapshot
from apps.crm.models import Sequence, SequenceStep
from apps.messaging.models import MailTemplate

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.core.services.operations import Recorder

MOST_STEPS = 6


class Step(NamedTuple):
    """After how many days, what, in which words; of a mail the house's template."""

    day: int
    kind: str
    words: str = ""
    template: MailTemplate | None = None


def save_sequence(
    *,
    actor: User,
    name: str,
    steps: Many[tuple[Any, ...]],
    now: datetime,
    is_active: bool = True,
    stops_at_call: bool = True,
    in_working_days: bool = False,
    sequence: Sequence | None = None,
) -> Sequence:
    """Write a new sequence, or `sequence` anew; contacts in it go on with the steps that they began with.

    `steps` are as `Step` has them, shorter where words or template are none. Raises PermissionDenied, and
    ValidationError by field.
    """
    if not is_manager(actor):
        raise PermissionDenied
    if not steps:
        raise ValidationError({"day_1": _("A sequence needs a step.")})
    if len(steps) > MOST_STEPS:
        raise ValidationError(_("A sequence has at most %(limit)s steps.") % {"limit": MOST_STEPS})
    ordered = sorted((Step(*each) for each in steps), key=lambda step: step.day)
    if any(step.kind == SequenceStep.Kind.TODO and not step.words for step in ordered):
        raise ValidationError(_("Say what is to be done."))
    for step in ordered:
        if step.kind == SequenceStep.Kind.MAIL and (step.template is None or step.template.owner_id is not None):
            raise ValidationError(_("A mail needs a template of the house."))
    row = sequence or Sequence()
    before = snapshot(row) if sequence is not None else None
    row.name, row.is_active, row.stops_at_call, row.in_working_days = name, is_active, stops_at_call, in_working_days
    with operate(actor=actor, verb="sequence.changed" if sequence else "sequence.made", now=now) as recorder:
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise ValidationError({"name": _("There is a sequence of this name already.")}) from error
        if before is None:
            recorder.created(row)
        else:
            recorder.updated(row, before)
        _set_steps(row, ordered, recorder)
    return row


def _set_steps(sequence: Sequence, wanted: Many[Step], recorder: Recorder) -> None:
    """Place by place, so that undo finds each where it was."""
    held = list(sequence.steps.order_by("position"))
    for position, step in enumerate(wanted):
        row = held[position] if position < len(held) else SequenceStep(sequence=sequence, position=position)
        before = snapshot(row) if row.pk else None
        row.day, row.kind, row.words = step.day, SequenceStep.Kind(step.kind), step.words
        row.template = step.template if step.kind == SequenceStep.Kind.MAIL else None
        row.save()
        if before is None:
            recorder.created(row)
        else:
            recorder.updated(row, before)
    for row in held[len(wanted) :]:
        recorder.removed(row)
        row.delete()
