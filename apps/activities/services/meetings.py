"""Meetings: planned, answered, called off. Changes of them stand in `meeting_changes`."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.activities.models import Activity, Attendee, Meeting
from apps.activities.permissions import can_change_activity, can_plan_meetings, can_write_on
from apps.activities.services.invitations import invite
from apps.activities.services.meeting_inputs import NOBODY, ONCE, Guests, Repeat, Span, Words, facts_of
from apps.activities.services.recording import Context, Entry, clean_subject, record
from apps.activities.services.scopes import Scope, affected, split_before
from apps.activities.services.series import make_occurrences, mark_made, new_series, starts_ahead
from apps.activities.signals import people_addressed
from apps.core.services.operations import operate, snapshot

if TYPE_CHECKING:
    from apps.accounts.models import User

DOMAIN = "rapport"


@transaction.atomic
def plan_meeting(
    *,
    actor: User,
    span: Span,
    words: Words,
    now: datetime,
    guests: Guests = NOBODY,
    repeat: Repeat = ONCE,
    context: Context | None = None,
    uid: str = "",
    sequence: int = 0,
    imported_sequence: int | None = None,
) -> Meeting:
    """Plan one meeting or a series; returns it, or the first of the series.

    It stands on the timelines of the contacts that are asked, and in the calendars of the colleagues. With
    `imported_sequence` it came from elsewhere, and nobody is invited. Raises PermissionDenied, and ValidationError by
    field: "subject", "starts", "ends", "zone", "place", "rule", "addresses", "users" (a colleague who may see none of
    the contacts would be asked to something that they can't see).
    """
    if not can_plan_meetings(actor) or not all(can_write_on(actor, each) for each in guests.entities):
        raise PermissionDenied
    span, words, guests = span.checked(), words.checked(), guests.checked()
    uid = uid or new_uid()
    series = new_series(span, repeat, uid=uid, sequence=sequence) if repeat else None
    starts = starts_ahead(series, now=now) if series else [span.start]
    if not starts:
        raise ValidationError({"rule": _("It never takes place.")})
    meeting = Meeting(
        **span.at(starts[0]).fields(),
        organiser=actor,
        place=words.place.strip(),
        status=words.status,
        uid=uid,
        sequence=sequence,
        imported_sequence=imported_sequence,
    )
    if series:
        mark_made(series, now=now)
        series.save(force_insert=True)
        meeting.series = series
        meeting.recurrence_id = span.at(starts[0]).fields()["local_start"]
    meeting.activity = record(_entry(meeting, words, guests, context), actor=actor, now=now)
    meeting.save(force_insert=True)
    rows = guests.attendees()
    for row in rows:
        row.meeting = meeting
        if row.user_id == actor.pk:
            row.answer, row.answered_at = Attendee.Answer.ACCEPTED, now
    Attendee.objects.bulk_create(rows)
    let_colleagues_see(meeting.activity, guests)
    if series:
        make_occurrences(series, meeting, starts[1:], actor=actor, now=now)
    if imported_sequence is None:
        address(meeting, "meeting.invited", [user.pk for user in guests.users], actor=actor, now=now)
        invite(meeting, whole=series is not None, actor=actor, now=now)
    return meeting


def cancel_meeting(*, actor: User, meeting: Meeting, now: datetime, scope: str = Scope.ONE) -> int | None:
    """Call off one, this and the following, or all; returns the operation to undo, None if they were already.

    They stay where they are, struck out. Raises PermissionDenied.
    """
    if not can_change_activity(actor, meeting.activity):
        raise PermissionDenied
    with operate(actor=actor, verb="meeting.cancelled", now=now) as recorder:
        series, meetings = affected(meeting, scope)
        meetings = [each for each in meetings if not each.is_cancelled]
        if not meetings:
            return None
        if series is not None and scope != Scope.ONE:
            before_series = snapshot(series)
            series.sequence += 1
            if scope == Scope.FOLLOWING:
                split_before(series, meetings[0].recurrence_id)
            series.made_until = None
            series.save()
            recorder.updated(series, before_series)
        for each in meetings:
            before, before_activity = snapshot(each), snapshot(each.activity)
            each.status, each.sequence = Meeting.Status.CANCELLED, each.sequence + 1
            each.is_apart = each.is_apart or (series is not None and scope == Scope.ONE)
            each.activity.facts = facts_of(each)
            recorder.updated(each, before)
            recorder.updated(each.activity, before_activity)
        Meeting.objects.bulk_update(meetings, ["status", "sequence", "is_apart"], batch_size=500)
        Activity.objects.bulk_update([each.activity for each in meetings], ["facts"], batch_size=500)
        meeting.refresh_from_db()
        if meeting.imported_sequence is None:
            address(meeting, "meeting.cancelled", colleagues_of(meeting), actor=actor, now=now)
            if scope == Scope.FOLLOWING:
                invite(meeting, whole=True, actor=actor, now=now)  # it ends earlier
            else:
                invite(meeting, method="CANCEL", whole=scope == Scope.ALL, actor=actor, now=now)
    return recorder.operation.pk


def answer_meeting(*, actor: User, meeting: Meeting, answer: str, now: datetime, scope: str = Scope.ONE) -> None:
    """Say whether one comes, also to all that follow. Raises PermissionDenied for whoever wasn't asked."""
    if answer not in Attendee.Answer.values:
        raise ValidationError({"answer": _("There is no such choice.")})
    with operate(actor=actor, verb="meeting.answered", now=now) as recorder:
        _series, meetings = affected(meeting, scope)
        mine = Attendee.objects.select_for_update().filter(user=actor, meeting__in=meetings).order_by("pk")
        if not mine:
            raise PermissionDenied
        sequences = {each.pk: each.sequence for each in meetings}
        for row in mine:
            set_answer(row, answer, sequence=sequences[row.meeting_id], now=now, recorder=recorder)


def set_answer(row: Attendee, answer: str, *, sequence: int, now: datetime, recorder: object) -> None:
    before = snapshot(row)
    row.answer, row.answered_at, row.answered_sequence = answer, now, sequence
    row.save(update_fields=["answer", "answered_at", "answered_sequence"])
    recorder.updated(row, before)  # type: ignore[attr-defined]  # a Recorder


def address(meeting: Meeting, verb: str, user_ids: Collection[int], *, actor: User, now: datetime) -> None:
    """Tell these colleagues, the actor not, that they are asked for something; a series is told of once."""
    others = sorted(set(user_ids) - {actor.pk})
    if others:
        people_addressed.send(sender=Activity, asked={meeting.pk: others}, verb=verb, actor=actor, now=now)


def colleagues_of(meeting: Meeting) -> list[int]:
    users = meeting.attendees.filter(user__isnull=False).exclude(answer=Attendee.Answer.DECLINED)
    return [pk for pk in users.values_list("user", flat=True) if pk is not None]


def let_colleagues_see(activity: Activity, guests: Guests) -> None:
    """Refuse to ask somebody to what the contacts' folders hide from them."""
    for user in guests.users:
        if not Activity.objects.visible_to(user).filter(pk=activity.pk).exists():
            text = _("%(name)s may see none of these contacts, and so would not find the meeting.")
            raise ValidationError({"users": text % {"name": user}})


def new_uid() -> str:
    return f"{uuid.uuid4()}@{DOMAIN}"


def _entry(meeting: Meeting, words: Words, guests: Guests, context: Context | None) -> Entry:
    return Entry(
        kind="meeting",
        verb="meeting.planned",
        occurred_at=meeting.begins,
        entities=list(dict.fromkeys(guests.entities)),
        context=context,
        subject=clean_subject(words.subject, required=True),
        text=words.text,
        facts=facts_of(meeting),
        visibility=words.visibility,
        category=words.category,
        people=[user.pk for user in guests.users],
    )
