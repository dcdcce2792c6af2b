"""Sequences are written by administrators and managers."""

from __future__ import annotations

from collections.abc import Sequence as Many
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts.permissions import is_manager
from apps.core.services.operations import operate
from apps.crm.models import Sequence, SequenceStep
from apps.messaging.models import MailTemplate

if TYPE_CHECKING:
    from apps.accounts.models import User

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
    row.name, row.is_active, row.stops_at_call = name, is_active, stops_at_call
    verb = "sequence.changed" if sequence else "sequence.made"
    with operate(actor=actor, verb=verb, now=now, undoable=False, keep=True):
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise ValidationError({"name": _("There is a sequence of this name already.")}) from error
        row.steps.all().delete()
        SequenceStep.objects.bulk_create(
            SequenceStep(
                sequence=row,
                position=position,
                day=step.day,
                kind=step.kind,
                words=step.words,
                template=step.template if step.kind == SequenceStep.Kind.MAIL else None,
            )
            for position, step in enumerate(ordered)
        )
    return row
