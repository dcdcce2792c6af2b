"""Many contacts' personas and journeys at once: locked in the order of their keys, written as sets, undone each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import F
from django.db.models.functions import Greatest

from apps.activities.services.recording import Entry, record_many
from apps.contacts.models import Entity
from apps.core import live
from apps.core.batch import insert_rows, reserve_ids
from apps.core.clock import company_day
from apps.core.services.operations import snapshot
from apps.crm.models import EntityPersona, JourneyStep, Persona, Pipeline, PipelineStage
from apps.crm.services.journeys import KIND, REASON_LENGTH, facts_of
from apps.crm.signals import journey_moved

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.core.services.operations import Recorder

_MOST_NAMED = 200  # ids in one live event; of more, boards ask for all


def give_to(
    ids: Collection[int], persona: Persona, *, actor: User | None, recorder: Recorder, now: datetime
) -> set[int]:
    """Let those of `ids` that aren't one yet be a `persona`, at the first stage of its journey. Says which."""
    entities = _locked(ids)
    bearing = EntityPersona.objects.filter(persona=persona, entity__in=entities, valid_to__isnull=True)
    for pk in bearing.values_list("entity", flat=True):
        del entities[pk]
    rows = [
        EntityPersona(entity=one, persona=persona, valid_from=company_day(now), made_by=actor, created_at=now)
        for one in entities.values()
    ]
    _insert(rows, recorder)
    pipeline = Pipeline.objects.offered().filter(persona=persona).first()
    first = pipeline.stages.offered().order_by("position", "pk").first() if pipeline else None
    if first is not None:
        _place(list(entities.values()), first, actor=actor, recorder=recorder, now=now)
    return set(entities)


def take_from(
    ids: Collection[int], persona: Persona, *, actor: User | None, recorder: Recorder, now: datetime
) -> set[int]:
    """Let those of `ids` be a `persona` no longer; their journeys end where they stand. Says which were one."""
    entities = _locked(ids)
    rows = list(EntityPersona.objects.filter(persona=persona, entity__in=entities, valid_to__isnull=True))
    before = [snapshot(row) for row in rows]
    today = company_day(now)
    for row in rows:
        row.valid_to = max(today, row.valid_from)
    EntityPersona.objects.bulk_update(rows, ["valid_to"], batch_size=1000)
    for row, image in zip(rows, before, strict=True):
        recorder.updated(row, image)
    taken = {row.entity_id for row in rows}
    steps = JourneyStep.objects.current().filter(entity__in=taken, pipeline__persona=persona)
    _leave(list(steps), recorder=recorder, now=now)
    for pipeline in Pipeline.objects.filter(persona=persona):
        _tell_boards(pipeline.pk, taken)
    return taken


def move_to(
    ids: Collection[int],
    stage: PipelineStage,
    *,
    actor: User | None,
    recorder: Recorder,
    now: datetime,
    reason: str = "",
    only_from: int | None = None,
) -> set[int]:
    """Let those of `ids` stand in `stage` that are on its journey, or begin it there as a bearer of its persona.

    With `only_from` those alone that stand in that stage. Says who was moved.
    """
    entities = _locked(ids)
    steps = JourneyStep.objects.current().filter(entity__in=entities, pipeline=stage.pipeline_id)
    if only_from is not None:
        steps = steps.filter(stage=only_from)
    held = list(steps.select_related("stage"))
    leaving = [step for step in held if step.stage_id != stage.pk]
    left = {step.entity_id: step.stage for step in leaving}
    moving = set(left)
    if only_from is None and stage.pipeline.persona_id is not None:
        bears = EntityPersona.objects.filter(persona=stage.pipeline.persona_id, valid_to__isnull=True)
        begins = set(bears.filter(entity__in=entities).values_list("entity", flat=True))
        moving |= begins - {step.entity_id for step in held}
    _leave(leaving, recorder=recorder, now=now)
    there = [one for pk, one in entities.items() if pk in moving]
    _place(there, stage, actor=actor, recorder=recorder, now=now, reason=reason, left=left)
    return moving


def _locked(ids: Collection[int]) -> dict[int, Entity]:
    rows = Entity.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    return {one.pk: one for one in rows.only("pk", "kind", "folder_id", "is_restricted", "display_name", "user_id")}


def _leave(steps: Sequence[JourneyStep], *, recorder: Recorder, now: datetime) -> None:
    if not steps:
        return
    ids = [step.pk for step in steps]
    JourneyStep.objects.filter(pk__in=ids).update(left_at=Greatest(F("entered_at"), now))
    for step in steps:
        before = snapshot(step)
        step.left_at = max(now, step.entered_at)
        recorder.updated(step, before)


def _place(
    entities: Sequence[Entity],
    stage: PipelineStage,
    *,
    actor: User | None,
    recorder: Recorder,
    now: datetime,
    reason: str = "",
    left: dict[int, PipelineStage] | None = None,
) -> None:
    """Let them stand there; whoever was somewhere on this journey has left it. One entry of the history each."""
    if not entities:
        return
    reason = " ".join(reason.split())[:REASON_LENGTH]
    came_from = left or {}
    there = JourneyStep.objects.current().filter(pipeline=stage.pipeline_id, entity__in=entities)
    taken = set(there.values_list("entity", flat=True))
    entities = [one for one in entities if one.pk not in taken]
    _insert(
        [
            JourneyStep(
                entity=one, pipeline_id=stage.pipeline_id, stage=stage, entered_at=now, moved_by=actor, reason=reason
            )
            for one in entities
        ],
        recorder,
    )
    entries = []
    for one in entities:
        before = came_from.get(one.pk)
        verb = "journey.moved" if before else "journey.begun"
        facts = facts_of(before, stage)
        entries.append((Entry(kind=KIND, verb=verb, occurred_at=now, entities=[one], text=reason, facts=facts), actor))
    record_many(entries, now=now)
    by_stage: dict[PipelineStage | None, list[Entity]] = {}
    for one in entities:
        by_stage.setdefault(came_from.get(one.pk), []).append(one)
    for before, some in by_stage.items():
        journey_moved.send(sender=JourneyStep, entities=some, left=before, stage=stage, actor=actor, now=now)
    _tell_boards(stage.pipeline_id, [one.pk for one in entities])


def _insert(rows: Sequence[EntityPersona] | Sequence[JourneyStep], recorder: Recorder) -> None:
    if not rows:
        return
    model = type(rows[0])
    for row, pk in zip(rows, reserve_ids({model: len(rows)})[model], strict=True):
        row.pk = pk
    insert_rows(rows)
    for row in rows:
        recorder.created(row)


def _tell_boards(pipeline_id: int, ids: Collection[int]) -> None:
    named = {"ids": sorted(ids)} if len(ids) <= _MOST_NAMED else {}
    live.publish(f"journeys:{pipeline_id}", "journey-moved", named)
