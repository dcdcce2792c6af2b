"""What a contact is to the house, where it stands on each journey and how long it stood where, for its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from apps.contacts.models import Entity
from apps.core.clock import company_day
from apps.crm.models import EntityPersona, JourneyStep, Persona, Pipeline, PipelineStage, TeamContact
from apps.crm.permissions.contacts import manages_contact

if TYPE_CHECKING:
    from apps.accounts.models import User

_PAST = 12  # steps told of one journey; all of them are in the history


@dataclass(frozen=True, slots=True)
class StageStay:
    """A time in a stage; `days` of the one where it stands counts up to now."""

    stage: PipelineStage
    entered_at: datetime
    left_at: datetime | None
    days: int
    moved_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class JourneyLine:
    """One journey of the contact: all stages in order, where it stands (None: nowhere yet), and what was before."""

    pipeline: Pipeline
    stages: list[PipelineStage]
    here: StageStay | None
    stays: list[StageStay]  # the latest first

    @property
    def seen(self) -> int:
        return self.here.stage.pk if self.here else 0

    @property
    def is_stuck(self) -> bool:
        limit = self.here.stage.stuck_after if self.here else None
        return self.here is not None and limit is not None and self.here.days > limit


@dataclass(frozen=True, slots=True)
class JourneyPanel:
    personas: list[Persona]  # that it is today
    teams: list[str]  # names of those that it belongs to
    journeys: list[JourneyLine]
    may_change: bool


def journey_panel(user: User, entity: Entity, *, now: datetime) -> JourneyPanel:
    """For a contact that `user` sees; in at most nine queries."""
    held = EntityPersona.objects.filter(entity=entity, valid_to__isnull=True).select_related("persona__becomes")
    personas = [row.persona for row in held.order_by("persona__position", "persona")]
    may_change = entity.trashed_at is None and manages_contact(user, entity, on=company_day(now))
    mine = {persona.pk for persona in personas}
    teams = TeamContact.objects.current().filter(entity=entity).order_by("team__name")
    names = list(teams.values_list("team__name", flat=True))
    return JourneyPanel(personas, names, _journeys(entity, mine, now), may_change)


def _journeys(entity: Entity, personas: set[int], now: datetime) -> list[JourneyLine]:
    steps = JourneyStep.objects.filter(entity=entity).select_related("stage", "moved_by")
    stays: dict[int, list[StageStay]] = {}
    for step in steps.order_by("-entered_at", "-pk")[:100]:
        stays.setdefault(step.pipeline_id, []).append(_stay(step, now))
    wanted = Pipeline.objects.offered().filter(Q(persona__in=personas) | Q(pk__in=list(stays)), purpose="journey")
    pipelines = list(wanted.order_by("position", "pk"))
    stages: dict[int, list[PipelineStage]] = {}
    for stage in PipelineStage.objects.offered().filter(pipeline__in=pipelines).order_by("position", "pk"):
        stages.setdefault(stage.pipeline_id, []).append(stage)
    lines = []
    for pipeline in pipelines:
        past = stays.get(pipeline.pk, [])
        here = next((stay for stay in past if stay.left_at is None), None)
        if here is not None or pipeline.persona_id in personas:
            lines.append(JourneyLine(pipeline, stages.get(pipeline.pk, []), here, past[:_PAST]))
    return lines


def _stay(step: JourneyStep, now: datetime) -> StageStay:
    spent = (step.left_at or now) - step.entered_at
    days = max(spent // timedelta(days=1), 0)
    return StageStay(step.stage, step.entered_at, step.left_at, days, str(step.moved_by or ""), step.reason)
