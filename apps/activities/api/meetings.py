"""`/meetings`: a calendar by periods; read, plan, change, call off, answer, as the token's user may."""

import zlib
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.timezone import localdate
from ninja import Query, Router

from apps.accounts.api_auth import needs_scope
from apps.accounts.models import User
from apps.accounts.preferences import preferences_of, zone_of
from apps.activities.api import meeting_inputs as sent
from apps.activities.api.meeting_drawing import meetings_out
from apps.activities.api.meeting_schemas import (
    AnswerIn,
    MeetingFilters,
    MeetingIn,
    MeetingOut,
    MeetingPage,
    MeetingPatch,
    ScopeFilter,
)
from apps.activities.api.shared import pack_key, unpack_key, user_of
from apps.activities.models import Meeting
from apps.activities.selectors.calendar import LONGEST, meetings_of, whose_calendar
from apps.activities.services import meetings as service
from apps.activities.services.meeting_changes import change_meeting as change
from apps.activities.services.meeting_inputs import NOBODY, ONCE, Span, Words
from apps.core import clock
from apps.core.api import PROBLEMS, VersionMismatch, etag, expected_version, idempotent

router = Router(tags=["meetings"])
_ANSWERS: dict[Any, Any] = {200: MeetingOut, **PROBLEMS}


@router.get("", response={200: MeetingPage, **PROBLEMS}, summary="List the meetings of a period")
@needs_scope("activities:read")
def list_meetings(request: HttpRequest, wanted: Query[MeetingFilters]) -> MeetingPage:
    """Those of one calendar, each one of a series by itself, in the order they were written down.

    Pages follow each other by `next`, without gaps or doubles.
    """
    user = user_of(request)
    if not wanted.since < wanted.until:
        raise ValidationError({"until": "It ends before it begins."})
    if wanted.until - wanted.since > LONGEST:
        raise ValidationError({"until": f"A period has at most {LONGEST.days} days."})
    whose = whose_calendar(user, wanted.calendar, today=localdate(clock.now()))
    if whose is None:
        raise Http404
    found = meetings_of(whose, user=user, start=wanted.since, end=wanted.until)
    if wanted.after:
        found = found.filter(pk__gt=int(unpack_key(wanted.after, 1)[0]))
    rows = list(found.select_related("activity", "series").order_by("pk")[: wanted.limit + 1])
    last = rows[wanted.limit - 1] if len(rows) > wanted.limit else None
    return MeetingPage(items=meetings_out(rows[: wanted.limit], user), next=pack_key(last.pk) if last else None)


@router.post("", response={201: MeetingOut, **PROBLEMS}, summary="Plan a meeting")
@needs_scope("activities:write")
@idempotent
def create_meeting(request: HttpRequest, data: MeetingIn) -> HttpResponse:
    """Or, with a `rule`, a series: the answer is its first one. Who is asked gets an invitation.

    Send an `Idempotency-Key` to be safe to repeat.
    """
    user = user_of(request)
    fields = sent.sent_fields(data)
    span = sent.span_sent(fields, None, str(zone_of(preferences_of(user))))
    with sent.named_as_sent():
        made = service.plan_meeting(
            actor=user,
            span=span,  # type: ignore[arg-type]  # a new one has a time
            words=sent.words_sent(fields, None) or Words(data.subject),
            guests=sent.guests_sent(fields, None, user) or NOBODY,
            repeat=sent.repeat_sent(fields) or ONCE,
            now=clock.now(),
        )
    return _answer(request, made.pk, status=201)


@router.get("/{meeting_id}", response=_ANSWERS, summary="Read a meeting")
@needs_scope("activities:read")
def read_meeting(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """The meeting with its guests and its ETag. `If-None-Match` spares the body."""
    return _answer(request, meeting_id)


@router.patch("/{meeting_id}", response=_ANSWERS, summary="Change a meeting")
@needs_scope("activities:write")
def change_meeting(
    request: HttpRequest, meeting_id: int, data: MeetingPatch, which: Query[ScopeFilter]
) -> HttpResponse:
    """Change what is sent, of a series for `scope`. With only a new start it keeps its length.

    With `If-Match` a version that is no longer the current one is refused (412).
    """
    user = user_of(request)
    meeting = _guarded(request, meeting_id)
    fields = sent.sent_fields(data)
    repeat = sent.repeat_sent(fields)
    if repeat is not None and meeting.series_id is not None and which.scope == "one":
        raise ValidationError({"rule": "A rule holds for a series: change the following, or all."})
    with sent.named_as_sent():
        change(
            actor=user,
            meeting=meeting,
            scope=which.scope,
            span=sent.span_sent(fields, Span.of(meeting), meeting.zone),
            words=sent.words_sent(fields, sent.words_of(meeting)),
            guests=sent.guests_sent(fields, meeting, user),
            repeat=repeat,
            now=clock.now(),
        )
    return _answer(request, meeting_id)


@router.post("/{meeting_id}/cancel", response=_ANSWERS, summary="Call a meeting off")
@needs_scope("activities:write")
def cancel_meeting(request: HttpRequest, meeting_id: int, which: Query[ScopeFilter]) -> HttpResponse:
    """It stays in the calendar as cancelled. Cancelled already: nothing happens."""
    meeting = _guarded(request, meeting_id)
    service.cancel_meeting(actor=user_of(request), meeting=meeting, scope=which.scope, now=clock.now())
    return _answer(request, meeting_id)


@router.post("/{meeting_id}/answer", response=_ANSWERS, summary="Answer an invitation")
@needs_scope("activities:write")
def answer_meeting(request: HttpRequest, meeting_id: int, data: AnswerIn) -> HttpResponse:
    """Say whether you come, also to all that follow. Whoever wasn't asked can't (403)."""
    meeting = _guarded(request, meeting_id)
    service.answer_meeting(
        actor=user_of(request), meeting=meeting, answer=data.answer, scope=data.scope, now=clock.now()
    )
    return _answer(request, meeting_id)


# --- shared -----------------------------------------------------------------------------------------------------------
def _find(user: User, meeting_id: int) -> Meeting:
    found = Meeting.objects.visible_to(user).select_related("activity", "activity__actor", "series")
    meeting: Meeting | None = found.filter(pk=meeting_id).first()
    if meeting is None:
        raise Http404
    return meeting


def _guarded(request: HttpRequest, meeting_id: int) -> Meeting:
    """The meeting, if it is still the one that `If-Match` names."""
    user = user_of(request)
    meeting = _find(user, meeting_id)
    wanted = expected_version(request)
    if wanted is not None and wanted != _version(meetings_out([meeting], user)[0]):
        raise VersionMismatch
    return meeting


def _version(meeting: MeetingOut) -> int:
    """What this reader sees of it, as a number: any difference is another version."""
    return zlib.crc32(meeting.model_dump_json().encode())


def _answer(request: HttpRequest, meeting_id: int, *, status: int = 200) -> HttpResponse:
    user = user_of(request)
    [shown] = meetings_out([_find(user, meeting_id)], user)
    headers = {"ETag": etag(_version(shown))}
    if request.method == "GET" and request.headers.get("If-None-Match") == headers["ETag"]:
        return HttpResponse(status=304, headers=headers)
    if status == 201:
        headers["Location"] = f"/api/v1/meetings/{shown.id}"
    return HttpResponse(shown.model_dump_json(), status=status, content_type="application/json", headers=headers)
