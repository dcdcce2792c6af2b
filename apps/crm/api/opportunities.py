"""`/opportunities`: what may be sold, listed, made, changed and moved."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema
from pydantic import Field

from apps.accounts.api_auth import needs_scope
from apps.accounts.models import Team, User
from apps.accounts.permissions import STAFF_ROLES
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.api import PROBLEMS, Strict, VersionMismatch, etag, expected_version
from apps.core.refusals import Refused
from apps.crm.api.shared import Paged, asking, page_by_id
from apps.crm.models import LostReason, Opportunity, OpportunityContact, Pipeline, PipelineStage
from apps.crm.services import opportunities as service

router = Router(tags=["opportunities"])
Text = Annotated[str, Field(max_length=200)]
Amount = Annotated[Decimal, Field(max_digits=14, decimal_places=2)]


class StageOut(Schema):
    id: int
    name: str
    outcome: str = Field(description="open, won or lost")
    probability: int = Field(description="Percent")


class PipelineOut(Schema):
    id: int
    name: str
    stages: list[StageOut]


class OpportunityOut(Schema):
    id: int
    version: int
    title: str
    pipeline_id: int
    stage_id: int
    outcome: str
    contact_ids: list[int] = Field(description="Those that the token's user sees; whom it is sold to first")
    owner_id: int | None
    team_id: int | None
    expected_on: date | None
    revenue: Decimal | None
    margin: Decimal | None
    currency: str
    probability: int = Field(description="Percent: its own, else its stage's")
    source: str
    competitors: list[str]
    lost_reason: str | None
    notes: str
    roles: dict[int, str] = Field(description="What contacts have to do with it, by their ids")
    fields: dict[str, Any] = Field(description="The house's own fields, by key")
    created_at: datetime
    changed_at: datetime
    closed_at: datetime | None


class OpportunityPage(Schema):
    items: list[OpportunityOut]
    next: str | None = Field(description="The `after` of the next page; null at the end")


class OpportunityFilters(Paged):
    pipeline_id: int | None = None
    stage_id: int | None = None
    outcome: Annotated[str, Field(pattern="^(open|won|lost)$")] | None = None
    owner_id: int | None = None
    contact_id: int | None = None


class OpportunityFields(Strict):
    """What can be set; in a change what is left out stays."""

    title: Text | None = None
    contact_ids: list[int] | None = Field(None, max_length=service.MOST_CONTACTS)
    owner_id: int | None = None
    team_id: int | None = None
    expected_on: date | None = None
    revenue: Annotated[Amount, Field(ge=0)] | None = None
    margin: Amount | None = None
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
    probability: Annotated[int, Field(ge=0, le=100)] | None = None
    source: Annotated[str, Field(max_length=100)] | None = None
    competitors: list[Annotated[str, Field(max_length=100)]] | None = Field(None, max_length=20)
    notes: Annotated[str, Field(max_length=10_000)] | None = None
    roles: dict[int, Annotated[str, Field(max_length=service.ROLE_LENGTH)]] | None = Field(
        None, description="Of contacts that it has, by their ids; those left out keep theirs"
    )
    fields: dict[str, Any] | None = Field(None, description="Own fields by key; those left out keep their values")


class OpportunityIn(OpportunityFields):
    stage_id: int


class OpportunityMove(Strict):
    stage_id: int
    reason: Annotated[str, Field(max_length=service.REASON_LENGTH)] = ""
    lost_reason: Text | None = Field(None, description="The name of one of the reasons that are counted")
    seen_stage_id: int | None = Field(None, description="Where you saw it; moved meanwhile, it is refused (409)")


@router.get("/pipelines", response={200: list[PipelineOut], **PROBLEMS}, summary="List pipelines with their stages")
@needs_scope("contacts:read")
def list_pipelines(request: HttpRequest) -> list[PipelineOut]:
    found = Pipeline.objects.offered().filter(purpose=Pipeline.Purpose.OPPORTUNITY).prefetch_related("stages")
    return [
        PipelineOut(
            id=each.pk,
            name=each.name,
            stages=[
                StageOut(id=stage.pk, name=stage.name, outcome=stage.outcome, probability=stage.probability)
                for stage in sorted(each.stages.all(), key=lambda stage: (stage.position, stage.pk))
                if stage.retired_at is None
            ],
        )
        for each in found.order_by("position", "pk")
    ]


@router.get("", response={200: OpportunityPage, **PROBLEMS}, summary="List opportunities")
@needs_scope("contacts:read")
def list_opportunities(request: HttpRequest, wanted: Query[OpportunityFilters]) -> OpportunityPage:
    """In the order in which they were made, page by page."""
    user = asking(request)
    found = Opportunity.objects.visible_to(user).live().select_related("stage", "lost_reason")
    for field, value in (
        ("pipeline", wanted.pipeline_id),
        ("stage", wanted.stage_id),
        ("stage__outcome", wanted.outcome),
        ("owner", wanted.owner_id),
        ("contacts__entity", wanted.contact_id),
    ):
        if value is not None:
            found = found.filter(**{field: value})
    rows, following = page_by_id(found, wanted)
    contacts = _contacts(user, [row.pk for row in rows])
    return OpportunityPage(items=[_out(row, contacts.get(row.pk, {})) for row in rows], next=following)


@router.post("", response={201: OpportunityOut, **PROBLEMS}, summary="Make an opportunity")
@needs_scope("contacts:write")
def create_opportunity(request: HttpRequest, data: OpportunityIn) -> tuple[int, OpportunityOut]:
    user = asking(request)
    given = _given(user, data, {"currency": "UAH"})
    made = service.make_opportunity(actor=user, data=given, stage=_stage(data.stage_id), now=clock.now())
    return 201, _read(user, made.pk)


@router.get("/{opportunity_id}", response={200: OpportunityOut, **PROBLEMS}, summary="Read an opportunity")
@needs_scope("contacts:read")
def read_opportunity(request: HttpRequest, response: HttpResponse, opportunity_id: int) -> OpportunityOut:
    found = _read(asking(request), opportunity_id)
    response["ETag"] = etag(found.version)
    return found


@router.patch("/{opportunity_id}", response={200: OpportunityOut, **PROBLEMS}, summary="Change an opportunity")
@needs_scope("contacts:write")
def change_opportunity(request: HttpRequest, opportunity_id: int, data: OpportunityFields) -> OpportunityOut:
    """Change what is sent. With `If-Match` a version that is no longer the current one is refused (412)."""
    user = asking(request)
    found = _find(user, opportunity_id)
    names = (
        *("title", "owner", "team", "expected_on", "revenue", "margin", "currency", "probability", "source"),
        *("competitors", "notes"),
    )
    there = {name: getattr(found, name) for name in names}
    there["contacts"] = _entities(user, list(_contacts(user, [found.pk]).get(found.pk, {})))
    try:
        service.change_opportunity(
            actor=user,
            opportunity=found,
            data=_given(user, data, there),
            seen_version=expected_version(request),
            now=clock.now(),
        )
    except service.OpportunityChanged as error:
        raise VersionMismatch from error
    return _read(user, opportunity_id)


@router.post("/{opportunity_id}/move", response={200: OpportunityOut, **PROBLEMS}, summary="Move an opportunity")
@needs_scope("contacts:write")
def move_opportunity(request: HttpRequest, opportunity_id: int, data: OpportunityMove) -> OpportunityOut:
    """For who manages it. Stands there already: nothing happens."""
    user = asking(request)
    reason = None
    if data.lost_reason is not None:
        reason = LostReason.objects.offered().filter(name=data.lost_reason).first()
        if reason is None:
            raise ValidationError({"lost_reason": "There is no such reason."})
    try:
        service.move_opportunity(
            actor=user,
            opportunity=_find(user, opportunity_id),
            stage=_stage(data.stage_id),
            reason=data.reason,
            lost_reason=reason,
            seen_stage=data.seen_stage_id,
            now=clock.now(),
        )
    except service.OpportunityMoved as error:
        raise Refused(str(error)) from error
    return _read(user, opportunity_id)


def _given(user: User, data: OpportunityFields, there: dict[str, Any]) -> service.OpportunityInput:
    """What was sent over what is there."""
    sent = data.model_dump(exclude_unset=True, exclude={"stage_id"})
    values = dict(there)
    if "contact_ids" in sent:
        values["contacts"] = _entities(user, sent.pop("contact_ids") or [])
    for key, model in (("owner", User), ("team", Team)):
        if f"{key}_id" in sent:
            values[key] = _record(model, sent.pop(f"{key}_id"), f"{key}_id")
    for name, value in sent.items():
        values[name] = [] if name == "competitors" and value is None else value
    for name in ("title", "source", "notes"):
        values[name] = values.get(name) or ""
    values["currency"] = values.get("currency") or there["currency"]
    return service.OpportunityInput(**values)


def _record(model: Any, pk: int | None, name: str) -> Any:
    if pk is None:
        return None
    rows = model.objects.filter(pk=pk)
    if model is User:
        rows = rows.filter(is_active=True, groups__name__in=STAFF_ROLES)
    found = rows.first()
    if found is None:
        raise ValidationError({name: "There is no such choice."})
    return found


def _entities(user: User, ids: list[int]) -> list[Entity]:
    found = Entity.objects.visible_to(user).live().in_bulk(ids)
    if missing := [pk for pk in ids if pk not in found]:
        raise ValidationError({"contact_ids": f"There is no contact {missing[0]}."})
    return [found[pk] for pk in dict.fromkeys(ids)]


def _stage(pk: int) -> PipelineStage:
    stage = PipelineStage.objects.select_related("pipeline").filter(pk=pk).first()
    if stage is None:
        raise ValidationError({"stage_id": "There is no such stage."})
    return stage


def _find(user: User, pk: int) -> Opportunity:
    seen = Opportunity.objects.visible_to(user).live()
    return get_object_or_404(seen.select_related("stage", "lost_reason", "owner", "team"), pk=pk)


def _read(user: User, pk: int) -> OpportunityOut:
    return _out(_find(user, pk), _contacts(user, [pk]).get(pk, {}))


def _contacts(user: User, ids: list[int]) -> dict[int, dict[int, str]]:
    """Roles by contact, of each of these opportunities; whom it is sold to first."""
    links = OpportunityContact.objects.filter(opportunity__in=ids, entity__in=Entity.objects.visible_to(user).live())
    found: dict[int, dict[int, str]] = {}
    for pk, entity_id, role in links.order_by("-is_primary", "pk").values_list("opportunity", "entity", "role"):
        found.setdefault(pk, {})[entity_id] = role
    return found


def _out(row: Opportunity, contacts: dict[int, str]) -> OpportunityOut:
    return OpportunityOut(
        id=row.pk,
        version=row.version,
        title=row.title,
        pipeline_id=row.pipeline_id,
        stage_id=row.stage_id,
        outcome=row.outcome,
        contact_ids=list(contacts),
        roles={pk: role for pk, role in contacts.items() if role},
        fields=row.attributes,
        owner_id=row.owner_id,
        team_id=row.team_id,
        expected_on=row.expected_on,
        revenue=row.revenue,
        margin=row.margin,
        currency=row.currency,
        probability=row.percent,
        source=row.source,
        competitors=row.competitors,
        lost_reason=row.lost_reason.name if row.lost_reason else None,
        notes=row.notes,
        created_at=row.created_at,
        changed_at=row.changed_at,
        closed_at=row.closed_at,
    )
