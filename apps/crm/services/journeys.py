"""Where contacts stand on their journeys: moved with who, when and why, written into the history."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from apps.activities.services.recording import Entry, record
from apps.contacts.models import Entity
from apps.core import live
from apps.core.clock import company_day
from apps.core.services.operations import operate, snapshot
from apps.crm.models import EntityPersona, JourneyStep, Pipeline, PipelineStage
from apps.crm.permissions.contacts import manages_contact
from apps.crm.signals import journey_moved

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.core.services.operations import Recorder

KIND = "journey"
REASON_LENGTH = 300


def move_contact(
    *,
    actor: User,
    entity: Entity,
    stage: PipelineStage,
    now: datetime,
    reason: str = "",
    seen_stage: int | None = None,
) -> int | None:
    """Let `entity` stand in `stage` of a journey it is on, or begins as a bearer of its persona.

    Stands there already: nothing happens. `seen_stage` is where the mover saw it, 0 for nowhere; moved by somebody
    else meanwhile, it is refused. Returns the operation to undo. Raises PermissionDenied, ValidationError.
    """
    if not manages_contact(actor, entity, on=company_day(now)):
        raise PermissionDenied
    if stage.retired_at is not None or stage.pipeline.retired_at is not None:
        raise ValidationError({"stage": _("There is no such choice.")})
    with operate(actor=actor, verb="journey.moved", now=now) as recorder:
        Entity.objects.select_for_update(no_key=True).get(pk=entity.pk)
        step = (
            JourneyStep.objects.current()
            .filter(entity=entity, pipeline=stage.pipeline_id)
            .select_related("stage", "pipeline")
            .first()
        )
        if step is not None and step.stage_id == stage.pk:
            return None
        left = step.stage if step else None
        if seen_stage is not None and (left.pk if left else 0) != seen_stage:
            raise ValidationError(_moved_meanwhile(entity, left))
        if step is not None:
            leave(step, recorder=recorder, now=now)
        elif not _may_begin(entity, stage.pipeline):
            raise ValidationError(_("This contact is not on this journey."))
        _stand(entity, stage, actor=actor, recorder=recorder, now=now, reason=reason)
        _tell(entity, left, stage, actor=actor, now=now, reason=reason)
    return recorder.operation.pk


def enter(entity: Entity, pipeline: Pipeline, *, actor: User | None, recorder: Recorder, now: datetime) -> None:
    """Begin a journey at its first stage; within the operation of whoever gives the persona, entity locked."""
    first = pipeline.stages.offered().order_by("position", "pk").first()
    if first is None or JourneyStep.objects.current().filter(entity=entity, pipeline=pipeline).exists():
        return
    _stand(entity, first, actor=actor, recorder=recorder, now=now)
    _tell(entity, None, first, actor=actor, now=now)


def leave(step: JourneyStep, *, recorder: Recorder, now: datetime) -> None:
    """End the time in a stage; within the operation of whoever moves, entity locked."""
    before = snapshot(step)
    step.left_at = max(now, step.entered_at)
    step.save(update_fields=["left_at"])
    recorder.updated(step, before)


def facts_of(left: PipelineStage | None, stage: PipelineStage) -> dict[str, str]:
    """What the history keeps of a move: names, which stay as they were then."""
    return {"pipeline": stage.pipeline.name, "from": left.name if left else "", "to": stage.name}


def after_undo(ids: list[int], now: datetime) -> None:
    """Steps were put back: boards show it."""
    moved: dict[int, list[int]] = {}
    for pipeline_id, entity_id in JourneyStep.objects.filter(pk__in=ids).values_list("pipeline", "entity"):
        moved.setdefault(pipeline_id, []).append(entity_id)
    for pipeline_id, entities in moved.items():
        live.publish(f"journeys:{pipeline_id}", "journey-moved", {"ids": entities[:200]})


def _may_begin(entity: Entity, pipeline: Pipeline) -> bool:
    """A bearer of the persona who was one before it had this journey."""
    bears = EntityPersona.objects.filter(entity=entity, persona=pipeline.persona_id, valid_to__isnull=True)
    return pipeline.persona_id is not None and bears.exists()


def _moved_meanwhile(entity: Entity, there: PipelineStage | None) -> str:
    if there is None:
        return _("%(contact)s has left this journey meanwhile.") % {"contact": entity.display_name}
    return _("%(contact)s was moved to “%(stage)s” meanwhile.") % {
        "contact": entity.display_name,
        "stage": there.title,
    }


def _stand(
    entity: Entity, stage: PipelineStage, *, actor: User | None, recorder: Recorder, now: datetime, reason: str = ""
) -> None:
    step = JourneyStep.objects.create(
        entity=entity,
        pipeline=stage.pipeline,
        stage=stage,
        entered_at=now,
        moved_by=actor,
        reason=" ".join(reason.split())[:REASON_LENGTH],
    )
    recorder.created(step)


def _tell(
    entity: Entity,
    left: PipelineStage | None,
    stage: PipelineStage,
    *,
    actor: User | None,
    now: datetime,
    reason: str = "",
) -> None:
    facts = facts_of(left, stage)
    verb = "journey.moved" if left else "journey.begun"
    record(
        Entry(kind=KIND, verb=verb, occurred_at=now, entities=[entity], text=reason, facts=facts), actor=actor, now=now
    )
    journey_moved.send(sender=JourneyStep, entities=[entity], left=left, stage=stage, actor=actor, now=now)
    live.publish(f"journeys:{stage.pipeline_id}", "journey-moved", {"ids": [entity.pk]})
