"""Changing a meeting, or many of a series at once: times, words, guests, how it repeats."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied

from apps.activities.models import Attendee, Meeting
from apps.activities.permissions import can_change_activity
from apps.activities.services.guests import set_guests
from apps.activities.services.meeting_edit import Change
from apps.activities.services.meeting_inputs import Guests, Repeat, Span, Words
from apps.activities.services.scopes import Scope
from apps.activities.services.series_changes import begin_series, remake
from apps.core.services.operations import operate

if TYPE_CHECKING:
    from apps.accounts.models import User


def move_meeting(*, actor: User, meeting: Meeting, span: Span, now: datetime, scope: str = Scope.ONE) -> int | None:
    """Put a meeting, this and the following, or all of its series elsewhere in time, as far as this one is moved."""
    return change_meeting(actor=actor, meeting=meeting, span=span, now=now, scope=scope)


def change_meeting(
    *,
    actor: User,
    meeting: Meeting,
    now: datetime,
    scope: str = Scope.ONE,
    span: Span | None = None,
    words: Words | None = None,
    guests: Guests | None = None,
    repeat: Repeat | None = None,
    spares_apart: bool = False,
) -> int | None:
    """Change what is given; None leaves it. Returns the operation to undo, None if nothing changed.

    `repeat` holds for the whole series (it makes one of a single meeting) and is left alone with scope "one". Meetings
    of the series that were changed by themselves keep their own times, and their words too if `spares_apart`. Raises
    PermissionDenied, and ValidationError as `plan_meeting` does.
    """
    if not can_change_activity(actor, meeting.activity):
        raise PermissionDenied
    span, words = span and span.checked(), words and words.checked()
    with operate(actor=actor, verb="meeting.changed" if words else "meeting.moved", now=now) as recorder:
        already = len(recorder.changes)  # of the import that this may be a part of
        change = Change(actor, meeting, scope, recorder, now)
        if span:
            change.move(span)
        if words:
            change.say(words, spares_apart=spares_apart)
        if repeat is not None:
            change.repeat(repeat)
        change.save()
        new: set[int] = set()
        gone: list[Attendee] = []
        if guests is not None:
            new, gone = set_guests(change.meetings, guests.checked(), actor=actor, recorder=recorder, now=now)
        if change.series is None and repeat:
            begin_series(change.meeting, repeat, actor=actor, recorder=recorder, now=now)
        elif change.series is not None and change.has_new_rule:
            remake(change.series, change.meetings, change.meeting, actor=actor, recorder=recorder, now=now)
        if len(recorder.changes) == already:
            return None
        if meeting.imported_sequence is None:
            change.tell(new, gone)
    return recorder.operation.pk
