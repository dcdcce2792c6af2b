"""`/journeys`: pipelines of contacts, what contacts are to the house, where they stand, and moving them."""

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema
from pydantic import Field

from apps.accounts.api_auth import needs_scope
from apps.accounts.models import User
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.api import PROBLEMS, Strict
from apps.core.clock import company_day
from apps.crm.api.shared import Paged, asking, page_by_id
from apps.crm.models import EntityPersona, JourneyStep, Persona, Pipeline, PipelineStage
from apps.crm.permissions.contacts import manages_contact
from apps.crm.services.journeys import move_contact
from apps.crm.services.personas import set_personas

router = Router(tags=["journeys"])


class StageOut(Schema):
    id: int
    name: str
    outcome: str
    stuck_after: int | None = Field(description="Days after which a contact stands out")


class PipelineOut(Schema):
    id: int
    name: str
    persona: str
    stages: list[StageOut]


class StepOut(Schema):
    id: int
    contact_id: int
    pipeline_id: int
    stage_id: int
    entered_at: datetime
    left_at: datetime | None = Field(description="null: it stands there now")
    moved_by_id: int | None
    reason: str


class StepPage(Schema):
    items: list[StepOut]
    next: str | None = Field(description="The `after` of the next page; null at the end")


class StepFilters(Paged):
    pipeline_id: int | None = None
    contact_id: int | None = None
    current: bool = Field(False, description="Only where contacts stand now")


class RelationOut(Schema):
    contact_id: int
    personas: list[str] = Field(description="Keys, in the order of the house")
    journeys: list[StepOut] = Field(description="Where it stands now")


class PersonasIn(Strict):
    personas: list[str] = Field(max_length=50, description="All that it is from now on")


class MoveIn(Strict):
    stage_id: int
    reason: str = Field("", max_length=300)
    seen_stage_id: int | None = Field(None, description="Where you saw it (0: nowhere); moved meanwhile, it is refused")


@router.get("", response={200: list[PipelineOut], **PROBLEMS}, summary="List journeys with their stages")
@needs_scope("contacts:read")
def list_journeys(request: HttpRequest) -> list[PipelineOut]:
    stages: dict[int, list[StageOut]] = {}
    for stage in PipelineStage.objects.offered().order_by("position", "pk"):
        out = StageOut(id=stage.pk, name=stage.name, outcome=stage.outcome, stuck_after=stage.stuck_after)
        stages.setdefault(stage.pipeline_id, []).append(out)
    found = Pipeline.objects.offered().filter(purpose=Pipeline.Purpose.JOURNEY).select_related("persona")
    return [
        PipelineOut(
            id=each.pk, name=each.name, persona=each.persona.key if each.persona else "", stages=stages.get(each.pk, [])
        )
        for each in found.order_by("position", "pk")
    ]


@router.get("/steps", response={200: StepPage, **PROBLEMS}, summary="List where contacts stood and stand")
@needs_scope("contacts:read")
def list_steps(request: HttpRequest, wanted: Query[StepFilters]) -> StepPage:
    """In the order in which they came to us, page by page."""
    found = JourneyStep.objects.visible_to(asking(request))
    if wanted.pipeline_id is not None:
        found = found.filter(pipeline=wanted.pipeline_id)
    if wanted.contact_id is not None:
        found = found.filter(entity=wanted.contact_id)
    if wanted.current:
        found = found.current()
    rows, following = page_by_id(found, wanted)
    return StepPage(items=[_step(row) for row in rows], next=following)


@router.get(
    "/contacts/{contact_id}",
    response={200: RelationOut, **PROBLEMS},
    summary="What a contact is, and where it stands",
)
@needs_scope("contacts:read")
def read_relation(request: HttpRequest, contact_id: int) -> RelationOut:
    return _relation(asking(request), contact_id)


@router.post(
    "/contacts/{contact_id}/personas",
    response={200: RelationOut, **PROBLEMS},
    summary="Say what a contact is",
)
@needs_scope("contacts:write")
def write_personas(request: HttpRequest, contact_id: int, data: PersonasIn) -> RelationOut:
    """For who manages the contact. A new persona begins its journey, one that goes ends it."""
    user = asking(request)
    entity = _find(user, contact_id)
    found = {each.key: each for each in Persona.objects.filter(key__in=data.personas)}
    if unknown := [key for key in data.personas if key not in found]:
        raise ValidationError({"personas": f"There is no persona {unknown[0]}."})
    set_personas(actor=user, entity=entity, personas=list(found.values()), now=clock.now())
    return _relation(user, contact_id)


@router.post(
    "/contacts/{contact_id}/stage", response={200: RelationOut, **PROBLEMS}, summary="Move a contact on a journey"
)
@needs_scope("contacts:write")
def write_stage(request: HttpRequest, contact_id: int, data: MoveIn) -> RelationOut:
    """For who manages the contact. Stands there already: nothing happens."""
    user = asking(request)
    entity = _find(user, contact_id)
    if not manages_contact(user, entity, on=company_day(clock.now())):
        raise PermissionDenied
    stages = PipelineStage.objects.select_related("pipeline").filter(pipeline__purpose=Pipeline.Purpose.JOURNEY)
    stage = stages.filter(pk=data.stage_id).first()
    if stage is None:
        raise ValidationError({"stage_id": "There is no such stage."})
    move_contact(
        actor=user, entity=entity, stage=stage, reason=data.reason, seen_stage=data.seen_stage_id, now=clock.now()
    )
    return _relation(user, contact_id)


def _find(user: User, contact_id: int) -> Entity:
    return get_object_or_404(Entity.objects.visible_to(user).live(), pk=contact_id)


def _relation(user: User, contact_id: int) -> RelationOut:
    entity = _find(user, contact_id)
    held = EntityPersona.objects.filter(entity=entity, valid_to__isnull=True).order_by("persona__position", "persona")
    steps = JourneyStep.objects.current().filter(entity=entity).order_by("pipeline")
    return RelationOut(
        contact_id=entity.pk,
        personas=list(held.values_list("persona__key", flat=True)),
        journeys=[_step(step) for step in steps],
    )


def _step(step: JourneyStep) -> StepOut:
    return StepOut(
        id=step.pk,
        contact_id=step.entity_id,
        pipeline_id=step.pipeline_id,
        stage_id=step.stage_id,
        entered_at=step.entered_at,
        left_at=step.left_at,
        moved_by_id=step.moved_by_id,
        reason=step.reason,
    )
