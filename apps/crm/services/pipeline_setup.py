"""Pipelines and their stages as administrators make, order and retire them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext as _

from apps.core.services.operations import operate, snapshot
from apps.crm.models import JourneyStep, Opportunity, Persona, Pipeline, PipelineStage
from apps.crm.models.pipelines import own_word
from apps.crm.services.journey_sets import move_to
from apps.crm.services.opportunities import clear_stage
from apps.crm.services.setup import ask_settings, clean_name, put_in_order, retire, save_once

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST_MOVED = 20_000  # cards that retiring a stage moves in the request


@dataclass(frozen=True, slots=True)
class StageInput:
    """A stage as typed; `probability` in percent, `stuck_after` in days or None."""

    name: str
    colour: str = ""
    outcome: str = PipelineStage.Outcome.OPEN
    probability: int = 0
    stuck_after: int | None = None


def make_pipeline(*, actor: User, name: str, purpose: str, now: datetime, persona: Persona | None = None) -> Pipeline:
    """Add a pipeline without stages; a journey's belongs to a persona. Raises PermissionDenied, ValidationError."""
    ask_settings(actor)
    _check_persona(purpose, persona)
    with operate(actor=actor, verb="pipeline.made", now=now) as recorder:
        last = Pipeline.objects.aggregate(last=Max("position"))["last"] or 0
        pipeline = Pipeline(name=clean_name(name), purpose=purpose, persona=persona, position=last + 1)
        save_once(pipeline, _("There is a pipeline of this name already."))
        recorder.created(pipeline)
    return pipeline


def change_pipeline(*, actor: User, pipeline: Pipeline, name: str, now: datetime) -> None:
    """Rename it. Raises PermissionDenied, ValidationError under "name"."""
    ask_settings(actor)
    with operate(actor=actor, verb="pipeline.changed", now=now) as recorder:
        locked = Pipeline.objects.select_for_update().get(pk=pipeline.pk)
        before = snapshot(locked)
        locked.name = _kept_word(locked.name, clean_name(name))
        save_once(locked, _("There is a pipeline of this name already."))
        recorder.updated(locked, before)


def retire_pipeline(*, actor: User, pipeline: Pipeline, now: datetime, retired: bool = True) -> None:
    """Show its board nowhere (or once more); where contacts stand on it is kept."""
    ask_settings(actor)
    retire(actor=actor, row=pipeline, verb="pipeline.retired", now=now, retired=retired)


def order_pipelines(*, actor: User, pipelines: Sequence[Pipeline], now: datetime) -> None:
    ask_settings(actor)
    put_in_order(actor=actor, rows=pipelines, verb="pipeline.ordered", now=now)


def make_stage(*, actor: User, pipeline: Pipeline, data: StageInput, now: datetime) -> PipelineStage:
    """Add a stage at the end. Raises PermissionDenied, ValidationError."""
    ask_settings(actor)
    with operate(actor=actor, verb="stage.made", now=now) as recorder:
        last = pipeline.stages.aggregate(last=Max("position"))["last"]
        stage = PipelineStage(pipeline=pipeline, position=0 if last is None else last + 1, name=clean_name(data.name))
        _fill(stage, data)
        recorder.created(stage)
    return stage


def change_stage(*, actor: User, stage: PipelineStage, data: StageInput, now: datetime) -> None:
    """Raises PermissionDenied, ValidationError."""
    ask_settings(actor)
    with operate(actor=actor, verb="stage.changed", now=now) as recorder:
        locked = PipelineStage.objects.select_for_update().get(pk=stage.pk)
        before = snapshot(locked)
        if data.outcome != locked.outcome and Opportunity.objects.filter(stage=locked).exists():
            raise ValidationError({"outcome": _("Opportunities stand there, whose end it tells. Move them first.")})
        locked.name = _kept_word(locked.name, clean_name(data.name))
        _fill(locked, data)
        recorder.updated(locked, before)


def order_stages(*, actor: User, stages: Sequence[PipelineStage], now: datetime) -> None:
    ask_settings(actor)
    put_in_order(actor=actor, rows=stages, verb="stage.ordered", now=now)


def retire_stage(
    *, actor: User, stage: PipelineStage, now: datetime, into: PipelineStage | None = None, retired: bool = True
) -> int:
    """Offer a stage no longer (or once more); who stands there goes `into` another one of its pipeline.

    Says how many were moved. Raises PermissionDenied, ValidationError where somebody stands there and `into` is none.
    """
    ask_settings(actor)
    with operate(actor=actor, verb="stage.retired", now=now) as recorder:
        # Who is moved there in this very moment stays: boards show a retired stage as long as somebody is in it.
        locked = PipelineStage.objects.select_for_update(no_key=True).get(pk=stage.pk)
        moved = 0
        if retired:
            standing = JourneyStep.objects.current().filter(stage=locked).order_by("entity")
            ids = list(standing.values_list("entity", flat=True)[: MOST_MOVED + 1])
            words = _("The stage “%(stage)s” is used no longer.") % {"stage": locked.title}
            if ids:
                target = _target(locked, into, len(ids))
                moved = len(move_to(ids, target, actor=actor, recorder=recorder, now=now, reason=words))
            moved += clear_stage(locked, into, actor=actor, recorder=recorder, now=now, reason=words)
        before = snapshot(locked)
        locked.retired_at = (locked.retired_at or now) if retired else None
        save_once(locked, _("Another one has this name now."))
        recorder.updated(locked, before)
    return moved


def _target(stage: PipelineStage, into: PipelineStage | None, number: int) -> PipelineStage:
    if number > MOST_MOVED:
        raise ValidationError(_("More than %(count)s contacts stand there. Move them first.") % {"count": MOST_MOVED})
    if into is None or into.pk == stage.pk or into.pipeline_id != stage.pipeline_id or into.retired_at is not None:
        raise ValidationError({"into": _("Say where those go who stand there.")})
    return into


def _check_persona(purpose: str, persona: Persona | None) -> None:
    if purpose == Pipeline.Purpose.JOURNEY and persona is None:
        raise ValidationError({"persona": _("Whose journey is it?")})
    if purpose == Pipeline.Purpose.OPPORTUNITY and persona is not None:
        raise ValidationError({"persona": _("Opportunities have no persona.")})
    if persona is not None and Pipeline.objects.offered().filter(persona=persona).exists():
        raise ValidationError({"persona": _("There is a journey of this persona already.")})


def _fill(stage: PipelineStage, data: StageInput) -> None:
    stage.colour, stage.outcome = data.colour, data.outcome
    stage.probability, stage.stuck_after = data.probability, data.stuck_after
    save_once(stage, _("There is a stage of this name already."))


def _kept_word(held: str, typed: str) -> str:
    """A name that came with the house keeps its word in all languages, unless it gets another one."""
    return held if typed == own_word(held) else typed
