"""`/hand-overs`: contacts that pass from one who looks after them to another, made, listed and taken back."""

from datetime import date, datetime
from typing import Annotated, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema
from pydantic import Field

from apps.accounts.api_auth import needs_scope
from apps.accounts.models import Team, User
from apps.accounts.selectors import staff_users
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.api import PROBLEMS, Strict
from apps.core.clock import company_day
from apps.core.refusals import Refused
from apps.core.services.operations import NotUndoable, begin_undo
from apps.crm.api.shared import Paged, asking, page_by_id
from apps.crm.models import HandOver, HandOverItem
from apps.crm.selectors.hand_overs import hand_overs_seen, portfolio_of, with_counts
from apps.crm.services import hand_overs as service

router = Router(tags=["hand-overs"])
MOST_SHOWN = 1000


class HandOverOut(Schema):
    id: int
    from_user_id: int | None = Field(description="null: several, or nobody")
    to_user_id: int | None
    to_team_id: int | None
    starts_on: date
    until: date | None = Field(description="The first day on which the contacts are back; null: for good")
    note: str
    takes_tasks: bool = Field(description="Open tasks and meetings to come go along")
    made_by_id: int | None
    made_at: datetime
    state: str = Field(description="working, standing, returned or undone")
    contact_count: int
    confirmed_count: int = Field(description="Contacts whose dossier was read")


class HandOverDetail(HandOverOut):
    contact_ids: list[int] = Field(description="Those that the token's user sees, at most 1,000")


class HandOverPage(Schema):
    items: list[HandOverOut]
    next: str | None = Field(description="The `after` of the next page; null at the end")


class HandOverFilters(Paged):
    from_user_id: int | None = None
    to_user_id: int | None = None
    to_team_id: int | None = None
    contact_id: int | None = None


class HandOverIn(Strict):
    """Of one person's whole portfolio (`from_user_id`), or of these contacts; to a person, or to a team."""

    from_user_id: int | None = None
    contact_ids: list[int] | None = Field(None, min_length=1, max_length=service.MOST)
    to_user_id: int | None = None
    to_team_id: int | None = None
    starts_on: date | None = Field(None, description="null: today")
    until: date | None = None
    note: Annotated[str, Field(max_length=service.NOTE_LENGTH)] = ""
    takes_tasks: bool = True


@router.get("", response={200: HandOverPage, **PROBLEMS}, summary="List hand-overs")
@needs_scope("contacts:read")
def list_hand_overs(request: HttpRequest, wanted: Query[HandOverFilters]) -> HandOverPage:
    """Managers read all, others those that concern them or their people, in the order in which they were made."""
    named = {
        "from_user": wanted.from_user_id,
        "to_user": wanted.to_user_id,
        "to_team": wanted.to_team_id,
    }
    found = _seen(asking(request)).filter(**{name: pk for name, pk in named.items() if pk is not None})
    if wanted.contact_id is not None:
        seen = Entity.objects.visible_to(asking(request)).filter(pk=wanted.contact_id)
        found = found.filter(pk__in=HandOverItem.objects.filter(entity__in=seen).values("hand_over"))
    rows, following = page_by_id(found, wanted)
    today = company_day(clock.now())
    return HandOverPage(items=[HandOverOut(**_values(row, today)) for row in rows], next=following)


@router.post("", response={201: HandOverDetail, **PROBLEMS}, summary="Hand contacts over")
@needs_scope("contacts:write")
def make_hand_over(request: HttpRequest, data: HandOverIn) -> tuple[int, HandOverDetail]:
    """What the token's user doesn't manage stays as it is. More than 200 pass in the background: `state` is working."""
    user, now = asking(request), clock.now()
    if (data.from_user_id is None) == (data.contact_ids is None):
        raise ValidationError({"contact_ids": "Name a person, or contacts."})
    starts_on = data.starts_on or company_day(now)
    giver = _colleague(data.from_user_id, "from_user_id")
    team = Team.objects.filter(pk=data.to_team_id).first() if data.to_team_id is not None else None
    if data.to_team_id is not None and team is None:
        raise ValidationError({"to_team_id": "There is no such choice."})
    terms = service.Terms(
        user=_colleague(data.to_user_id, "to_user_id"),
        team=team,
        starts_on=starts_on,
        until=data.until,
        note=data.note,
        takes_tasks=data.takes_tasks,
    )
    ids = portfolio_of(giver, on=starts_on) if giver is not None else data.contact_ids or []
    made = service.begin_hand_over(actor=user, entity_ids=ids, terms=terms, from_user=giver, now=now)
    return 201, _detail(user, made.pk)


@router.get("/{hand_over_id}", response={200: HandOverDetail, **PROBLEMS}, summary="Read a hand-over")
@needs_scope("contacts:read")
def read_hand_over(request: HttpRequest, hand_over_id: int) -> HandOverDetail:
    return _detail(asking(request), hand_over_id)


@router.post("/{hand_over_id}/undo", response={200: HandOverDetail, **PROBLEMS}, summary="Take a hand-over back")
@needs_scope("contacts:write")
def undo_hand_over(request: HttpRequest, hand_over_id: int) -> HandOverDetail:
    """For whoever made it, within thirty days. A large one goes in the background."""
    user = asking(request)
    found = get_object_or_404(_seen(user).select_related("operation"), pk=hand_over_id)
    if found.made_by_id != user.pk:
        raise PermissionDenied
    if found.operation is None:
        raise Refused("What was done can't be undone any more.")
    try:
        begin_undo(actor=user, operation=found.operation, now=clock.now())
    except NotUndoable as reason:
        raise Refused(str(reason)) from reason
    return _detail(user, hand_over_id)


def _seen(user: User) -> Any:
    """With its counts, which the model knows nothing of."""
    return with_counts(hand_overs_seen(user)).select_related("operation")


def _colleague(pk: int | None, name: str) -> User | None:
    if pk is None:
        return None
    found = staff_users().filter(pk=pk).first()
    if found is None:
        raise ValidationError({name: "There is no such choice."})
    return found


def _detail(user: User, pk: int) -> HandOverDetail:
    found = get_object_or_404(_seen(user), pk=pk)
    seen = found.items.filter(entity__in=Entity.objects.visible_to(user).live())
    ids = list(seen.order_by("pk").values_list("entity", flat=True)[:MOST_SHOWN])
    return HandOverDetail(**_values(found, company_day(clock.now())), contact_ids=ids)


def _values(row: Any, today: date) -> dict[str, Any]:
    return {
        "id": row.pk,
        "from_user_id": row.from_user_id,
        "to_user_id": row.to_user_id,
        "to_team_id": row.to_team_id,
        "starts_on": row.starts_on,
        "until": row.until,
        "note": row.note,
        "takes_tasks": row.takes_tasks,
        "made_by_id": row.made_by_id,
        "made_at": row.made_at,
        "state": _state(row, today),
        "contact_count": row.all_count,
        "confirmed_count": row.confirmed_count,
    }


def _state(row: HandOver, today: date) -> str:
    if row.done_at is None:
        return "working" if row.operation and row.operation.finished_at is None else "undone"
    return "returned" if row.until is not None and row.until <= today else "standing"
