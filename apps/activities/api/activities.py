"""`/activities`: the history as the token's user may read it; notes and calls are written down."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Query, Router

from apps.accounts.api_auth import needs_scope
from apps.activities.api.schemas import ActivityFilters, ActivityOut, ActivityPage, CallIn, NoteIn
from apps.activities.api.shared import bad_key, contacts_named, contacts_of, pack_key, unpack_key, user_of
from apps.activities.models import Activity
from apps.activities.selectors.kind_fields import FIELDS, values_of
from apps.activities.services import notes
from apps.core import clock
from apps.core.api import PROBLEMS, idempotent

router = Router(tags=["activities"])
_ANSWERS: dict[Any, Any] = {200: ActivityOut, **PROBLEMS}
_MADE: dict[Any, Any] = {201: ActivityOut, **PROBLEMS}


@router.get("", response={200: ActivityPage, **PROBLEMS}, summary="Read the history")
@needs_scope("activities:read")
def list_activities(request: HttpRequest, wanted: Query[ActivityFilters]) -> ActivityPage:
    """Entries, the newest first. Pages follow each other by `next`, without gaps or doubles."""
    user = user_of(request)
    found = Activity.objects.visible_to(user).live()
    if wanted.contact_id is not None:
        found = found.filter(participants__entity=wanted.contact_id)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.actor_id is not None:
        found = found.filter(actor=wanted.actor_id)
    if wanted.since is not None:
        found = found.filter(occurred_at__gte=wanted.since)
    if wanted.until is not None:
        found = found.filter(occurred_at__lt=wanted.until)
    if wanted.after:
        moment, pk = _read_key(wanted.after)
        found = found.filter(Q(occurred_at__lt=moment) | Q(occurred_at=moment, pk__lt=pk), occurred_at__lte=moment)
    rows = list(found.order_by("-occurred_at", "-pk")[: wanted.limit + 1])
    last = rows[wanted.limit - 1] if len(rows) > wanted.limit else None
    rows = rows[: wanted.limit]
    contacts = contacts_of([row.pk for row in rows], user=user)
    return ActivityPage(
        items=[_out(row, contacts.get(row.pk, [])) for row in rows],
        next=pack_key(last.occurred_at.isoformat(), last.pk) if last else None,
    )


@router.post("/notes", response=_MADE, summary="Write a note")
@needs_scope("activities:write")
@idempotent
def create_note(request: HttpRequest, data: NoteIn) -> HttpResponse:
    """Or an entry of another kind that is only words. Send an `Idempotency-Key` to be safe to repeat."""
    user = user_of(request)
    fields = data.model_dump(exclude={"contact_id"})
    [entity] = contacts_named([data.contact_id], user=user)
    return _made(notes.add_note(actor=user, entity=entity, now=clock.now(), **fields), entity.pk)


@router.post("/calls", response=_MADE, summary="Log a call")
@needs_scope("activities:write")
@idempotent
def create_call(request: HttpRequest, data: CallIn) -> HttpResponse:
    """A call that was made, or came in. Send an `Idempotency-Key` to be safe to repeat."""
    user = user_of(request)
    fields = data.model_dump(exclude={"contact_id"})
    [entity] = contacts_named([data.contact_id], user=user)
    return _made(notes.log_call(actor=user, entity=entity, now=clock.now(), **fields), entity.pk)


@router.get("/{activity_id}", response=_ANSWERS, summary="Read one entry")
@needs_scope("activities:read")
def read_activity(request: HttpRequest, activity_id: int) -> ActivityOut:
    user = user_of(request)
    activity = Activity.objects.visible_to(user).live().filter(pk=activity_id).first()
    if activity is None:
        raise Http404
    return _out(activity, contacts_of([activity.pk], user=user).get(activity.pk, []))


# --- shared -----------------------------------------------------------------------------------------------------------
def _made(activity: Activity, contact_id: int) -> HttpResponse:
    body = _out(activity, [contact_id]).model_dump_json()
    headers = {"Location": f"/api/v1/activities/{activity.pk}"}
    return HttpResponse(body, status=201, content_type="application/json", headers=headers)


def _out(activity: Activity, contact_ids: list[int]) -> ActivityOut:
    return ActivityOut(
        id=activity.pk,
        kind=activity.kind,
        verb=activity.verb,
        subject=activity.subject,
        text=activity.snippet,
        actor_id=activity.actor_id,
        occurred_at=activity.occurred_at,
        created_at=activity.created_at,
        visibility=activity.visibility,
        category_id=activity.category_id,
        contact_ids=contact_ids,
        facts={key: value for key, value in activity.facts.items() if key != FIELDS},
        fields=values_of(activity),
    )


def _read_key(after: str) -> tuple[datetime, int]:
    moment, pk = unpack_key(after, 2)
    try:
        occurred_at = datetime.fromisoformat(moment)
    except ValueError as error:
        raise bad_key() from error
    if occurred_at.tzinfo is None:
        raise bad_key()
    return occurred_at, int(pk)
