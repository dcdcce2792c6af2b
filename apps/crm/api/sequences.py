"""`/sequences`: sequences with their steps, who goes through them, and letting contacts begin, rest, go on and stop."""

from collections.abc import Callable
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema
from pydantic import Field

from apps.accounts.api_auth import needs_scope
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.api import PROBLEMS, Strict
from apps.crm.api.shared import Paged, asking, page_by_id
from apps.crm.models import Enrolment, Sequence, SequenceStep
from apps.crm.services import sequences as services

router = Router(tags=["sequences"])
MOST = 200


class SequenceStepOut(Schema):
    day: int = Field(description="Days after the beginning; working days where the sequence counts those")
    kind: str = Field(description="call, todo, mail")
    words: str
    template_id: int | None = Field(None, description="Of a mail: the house's template")


class SequenceOut(Schema):
    id: int
    name: str
    is_active: bool = Field(description="false: it takes nobody new")
    stops_at_call: bool
    in_working_days: bool
    steps: list[SequenceStepOut]


class EnrolmentOut(Schema):
    id: int
    sequence_id: int
    contact_id: int
    begun_at: datetime
    steps: list[SequenceStepOut] = Field(description="As they were when it began")
    done: int = Field(description="How many of them were taken")
    due_on: date | None = Field(description="When the next one comes; null: it rests, or has ended")
    paused_at: datetime | None
    ended_at: datetime | None
    end_reason: str = Field(description='"", finished, answered, called, trashed, hand, nobody')


class EnrolmentPage(Schema):
    items: list[EnrolmentOut]
    next: str | None = Field(description="The `after` of the next page; null at the end")


class EnrolmentFilters(Paged):
    sequence_id: int | None = None
    contact_id: int | None = None
    active: bool = Field(False, description="Only those that are in it now")


class BeginIn(Strict):
    contact_ids: list[int] = Field(min_length=1, max_length=MOST)


class StopIn(Strict):
    reason: str = Field("", max_length=200)


@router.get("", response={200: list[SequenceOut], **PROBLEMS}, summary="List sequences with their steps")
@needs_scope("contacts:read")
def list_sequences(request: HttpRequest) -> list[SequenceOut]:
    steps: dict[int, list[SequenceStepOut]] = {}
    for step in SequenceStep.objects.order_by("sequence", "position"):
        out = SequenceStepOut(day=step.day, kind=step.kind, words=step.words, template_id=step.template_id)
        steps.setdefault(step.sequence_id, []).append(out)
    return [
        SequenceOut(
            id=each.pk,
            name=each.name,
            is_active=each.is_active,
            stops_at_call=each.stops_at_call,
            in_working_days=each.in_working_days,
            steps=steps.get(each.pk, []),
        )
        for each in Sequence.objects.order_by("name", "pk")
    ]


@router.get("/enrolments", response={200: EnrolmentPage, **PROBLEMS}, summary="List who goes or went through sequences")
@needs_scope("contacts:read")
def list_enrolments(request: HttpRequest, wanted: Query[EnrolmentFilters]) -> EnrolmentPage:
    """In the order in which they began, page by page; of contacts that you see."""
    found = Enrolment.objects.visible_to(asking(request))
    if wanted.sequence_id is not None:
        found = found.filter(sequence=wanted.sequence_id)
    if wanted.contact_id is not None:
        found = found.filter(entity=wanted.contact_id)
    if wanted.active:
        found = found.active()
    rows, following = page_by_id(found, wanted)
    return EnrolmentPage(items=[_enrolment(row) for row in rows], next=following)


@router.post(
    "/{sequence_id}/enrolments", response={200: list[EnrolmentOut], **PROBLEMS}, summary="Let contacts begin a sequence"
)
@needs_scope("contacts:write")
def begin_enrolments(request: HttpRequest, sequence_id: int, data: BeginIn) -> list[EnrolmentOut]:
    """For who manages all of them. Those in it already are left as they are, and not in the answer."""
    user = asking(request)
    sequence = get_object_or_404(Sequence, pk=sequence_id)
    ids = set(data.contact_ids)
    if len(ids) != Entity.objects.visible_to(user).live().filter(pk__in=ids).count():
        raise ValidationError({"contact_ids": "There is no such contact."})
    made = services.enrol(actor=user, sequence=sequence, entity_ids=ids, now=clock.now())
    return [_enrolment(row) for row in made]


@router.post("/enrolments/{enrolment_id}/pause", response={200: EnrolmentOut, **PROBLEMS}, summary="Let a contact rest")
@needs_scope("contacts:write")
def pause_enrolment(request: HttpRequest, enrolment_id: int) -> EnrolmentOut:
    return _changed(request, enrolment_id, services.pause)


@router.post("/enrolments/{enrolment_id}/resume", response={200: EnrolmentOut, **PROBLEMS}, summary="Let it go on")
@needs_scope("contacts:write")
def resume_enrolment(request: HttpRequest, enrolment_id: int) -> EnrolmentOut:
    """The steps to come move by the days that it rested."""
    return _changed(request, enrolment_id, services.resume)


@router.post("/enrolments/{enrolment_id}/stop", response={200: EnrolmentOut, **PROBLEMS}, summary="Take a contact out")
@needs_scope("contacts:write")
def stop_enrolment(request: HttpRequest, enrolment_id: int, data: StopIn) -> EnrolmentOut:
    """Out of it already: nothing happens."""
    return _changed(request, enrolment_id, services.stop, words=data.reason)


def _changed(request: HttpRequest, pk: int, work: Callable[..., None], **more: str) -> EnrolmentOut:
    user = asking(request)
    rows = Enrolment.objects.visible_to(user).select_related("entity", "sequence")
    row = get_object_or_404(rows, pk=pk)
    work(actor=user, enrolment=row, now=clock.now(), **more)
    row.refresh_from_db()
    return _enrolment(row)


def _enrolment(row: Enrolment) -> EnrolmentOut:
    is_going = row.ended_at is None and row.paused_at is None
    steps = [
        SequenceStepOut(day=step.day, kind=step.kind, words=step.words, template_id=step.template_id)
        for step in row.steps
    ]
    return EnrolmentOut(
        id=row.pk,
        sequence_id=row.sequence_id,
        contact_id=row.entity_id,
        begun_at=row.enrolled_at,
        steps=steps,
        done=row.done,
        due_on=row.due_on if is_going else None,
        paused_at=row.paused_at,
        ended_at=row.ended_at,
        end_reason=row.end_reason,
    )
