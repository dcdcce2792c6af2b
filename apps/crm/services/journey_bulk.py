"""Personas and stages of many contacts: those that the actor manages, as one operation with a bar, undone at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.contacts.models import Entity
from apps.core import clock
from apps.core.batch import portions
from apps.core.clock import company_day
from apps.core.models import Operation
from apps.core.services.operations import OperationFailed, operate, start
from apps.crm.models import Persona, PipelineStage
from apps.crm.permissions.contacts import managed_contacts
from apps.crm.services.journey_sets import give_to, move_to, take_from

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.core.services.operations import Progress, Recorder

RUNNER = "crm.journeys"
INLINE_LIMIT = 200
MOST = 250_000
_PORTION = 1000


@dataclass(frozen=True, slots=True)
class JourneyAction:
    """What is to be done: "give" or "take" (value: persona id), "move" (stage id, with a reason)."""

    name: str
    value: int
    reason: str = ""

    @property
    def verb(self) -> str:
        return _VERBS[self.name]


_VERBS = {"give": "personas.given", "take": "personas.taken", "move": "journeys.moved"}


def begin_journeys(*, actor: User, action: JourneyAction, chosen: QuerySet[Any], now: datetime) -> Operation:
    """Do `action` to the chosen contacts (ticked rows, or all matches of a filter) as one operation.

    Those that the actor doesn't manage are left out and counted. Up to 200 are done at once, more in the background.
    Raises ValidationError.
    """
    _target(action)
    own = Entity.objects.visible_to(actor).live().filter(pk__in=chosen.order_by().values("pk"))
    ids = list(own.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if len(ids) > MOST:
        raise ValidationError(_("At most %(count)s contacts can be changed at once.") % {"count": MOST})
    if len(ids) > INLINE_LIMIT:
        parameters = {"action": asdict(action), "ids": ids}
        return start(actor=actor, verb=action.verb, parameters=parameters, now=now, job=RUNNER, total=len(ids))
    with operate(actor=actor, verb=action.verb, now=now, keep=True) as recorder:
        changed, forbidden = _apply(recorder, actor, action, ids, now)
        result = _result(len(ids), changed, forbidden)
        message = words_of_left(forbidden)
        Operation.objects.filter(pk=recorder.operation.pk).update(result=result, message=message)
        recorder.operation.result, recorder.operation.message = result, message
    return recorder.operation


def run_journeys(operation: Operation, progress: Progress) -> dict[str, Any]:
    """The runner of a large one; what a broken attempt has done already is found done."""
    actor, action = operation.actor, JourneyAction(**operation.parameters["action"])
    if actor is None:
        raise OperationFailed(_("Nobody asked for this."))
    try:
        _target(action)
    except ValidationError as error:
        raise OperationFailed(" ".join(error.messages)) from error
    ids: list[int] = operation.parameters["ids"]
    changed, forbidden = int(operation.result.get("changed", 0)), 0
    progress.total(len(ids))
    progress.at(0)
    for portion in portions(ids, _PORTION):
        now = clock.now()
        with progress.portion(now=now) as recorder:
            done, denied = _apply(recorder, actor, action, portion, now)
        changed, forbidden = changed + done, forbidden + denied
        progress.advance(len(portion), words_of_left(forbidden))
    return _result(len(ids), changed, forbidden)


def _apply(
    recorder: Recorder, actor: User, action: JourneyAction, ids: Sequence[int], now: datetime
) -> tuple[int, int]:
    """How many were changed, and how many the actor doesn't manage."""
    managed = managed_contacts(actor, ids, on=company_day(now))
    target = _target(action)
    if isinstance(target, PipelineStage):
        done = move_to(managed, target, actor=actor, recorder=recorder, now=now, reason=action.reason)
    elif action.name == "give":
        done = give_to(managed, target, actor=actor, recorder=recorder, now=now)
    else:
        done = take_from(managed, target, actor=actor, recorder=recorder, now=now)
    return len(done), len(ids) - len(managed)


def words_of_left(forbidden: int) -> str:
    """What is said to whoever asked for it."""
    if not forbidden:
        return ""
    words = ngettext(
        "%(count)d contact is managed by others and was left as it is.",
        "%(count)d contacts are managed by others and were left as they are.",
        forbidden,
    )
    return words % {"count": forbidden}


def _result(chosen: int, changed: int, forbidden: int) -> dict[str, int]:
    return {"changed": changed, "skipped": chosen - changed, "forbidden": forbidden}


def _target(action: JourneyAction) -> Persona | PipelineStage:
    """Raises ValidationError where it is offered no longer."""
    if action.name == "move":
        stages = PipelineStage.objects.offered().filter(pipeline__retired_at__isnull=True)
        stage = stages.filter(pk=action.value, pipeline__purpose="journey").select_related("pipeline").first()
        if stage is not None:
            return stage
        raise ValidationError({"stage": _("There is no such choice.")})
    personas = Persona.objects.all() if action.name == "take" else Persona.objects.offered()
    persona = personas.filter(pk=action.value).first()
    if persona is None:
        raise ValidationError({"persona": _("There is no such choice.")})
    return persona
