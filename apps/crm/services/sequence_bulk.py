"""Many contacts begin a sequence: those that the actor manages, as one operation with a bar, undone at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.contacts.models import Entity
from apps.core import clock
from apps.core.batch import portions
from apps.core.clock import company_day
from apps.core.models import Operation
from apps.core.services.operations import OperationFailed, operate, start
from apps.crm.models import Enrolment
from apps.crm.models import Sequence as Steps
from apps.crm.permissions.contacts import managed_contacts
from apps.crm.services.journey_bulk import INLINE_LIMIT, MOST, words_of_left
from apps.crm.services.sequences.enrolling import begin_with

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.core.services.operations import Progress, Recorder

RUNNER = "crm.sequences"
VERB = "sequences.begun"
_PORTION = 1000


def begin_enrolments(*, actor: User, sequence: Steps, chosen: QuerySet[Any], now: datetime) -> Operation:
    """Let the chosen contacts (ticked rows, or all matches of a filter) begin `sequence`, as one operation.

    Those in it already stay as they are; those that the actor doesn't manage are left out and counted. Up to 200 at
    once, more in the background. Raises ValidationError.
    """
    own = Entity.objects.visible_to(actor).live().filter(pk__in=chosen.order_by().values("pk"))
    ids = list(own.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if len(ids) > MOST:
        raise ValidationError(_("At most %(count)s contacts can be changed at once.") % {"count": MOST})
    if len(ids) > INLINE_LIMIT:
        parameters = {"sequence": sequence.pk, "ids": ids}
        return start(actor=actor, verb=VERB, parameters=parameters, now=now, job=RUNNER, total=len(ids))
    with operate(actor=actor, verb=VERB, now=now, keep=True) as recorder:
        changed, forbidden = _apply(recorder, actor, sequence, ids, now)
        result, message = _result(len(ids), changed, forbidden), words_of_left(forbidden)
        Operation.objects.filter(pk=recorder.operation.pk).update(result=result, message=message)
        recorder.operation.result, recorder.operation.message = result, message
    return recorder.operation


def run_enrolments(operation: Operation, progress: Progress) -> dict[str, Any]:
    """The runner of a large one; whom a broken attempt has begun with already is found in it."""
    actor = operation.actor
    sequence = Steps.objects.filter(pk=operation.parameters["sequence"]).first()
    if actor is None or sequence is None:
        raise OperationFailed(_("There is no such choice."))
    ids: list[int] = operation.parameters["ids"]
    changed, forbidden = int(operation.result.get("changed", 0)), 0
    progress.total(len(ids))
    progress.at(0)
    for portion in portions(ids, _PORTION):
        now = clock.now()
        try:
            with progress.portion(now=now) as recorder:
                done, denied = _apply(recorder, actor, sequence, portion, now)
        except ValidationError as error:  # switched off meanwhile
            raise OperationFailed(" ".join(error.messages)) from error
        changed, forbidden = changed + done, forbidden + denied
        progress.advance(len(portion), words_of_left(forbidden))
    return _result(len(ids), changed, forbidden)


def editable_enrolments(actor: User, ids: Collection[int]) -> set[int]:
    """Whoever manages the contacts may take back that they began; one that took a step since is left."""
    rows = dict(Enrolment.objects.filter(pk__in=ids).values_list("pk", "entity"))
    managed = managed_contacts(actor, set(rows.values()), on=company_day(clock.now()))
    return {pk for pk, entity_id in rows.items() if entity_id in managed}


def _apply(recorder: Recorder, actor: User, sequence: Steps, ids: Sequence[int], now: datetime) -> tuple[int, int]:
    managed = managed_contacts(actor, ids, on=company_day(now))
    begun = begin_with(managed, sequence, actor=actor, recorder=recorder, now=now)
    return len(begun), len(ids) - len(managed)


def _result(chosen: int, changed: int, forbidden: int) -> dict[str, int]:
    return {"changed": changed, "skipped": chosen - changed, "forbidden": forbidden}
