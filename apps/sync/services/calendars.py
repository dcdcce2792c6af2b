"""Tasks and meetings that come from phones."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from apps.accounts.preferences import preferences_of, zone_of
from apps.activities.formats.ical_items import Item
from apps.activities.formats.ical_read import read_calendar
from apps.activities.models import Attendee, Meeting
from apps.activities.selectors.calendar_items import todo_of
from apps.activities.services.imported_meetings import Unchanged, bring_meeting
from apps.activities.services.meetings import answer_meeting, cancel_meeting
from apps.activities.services.scopes import Scope
from apps.activities.services.task_states import cancel_task
from apps.activities.services.todo_import import bring_todo, sync_todo
from apps.sync.selectors.calendars import meeting_rows, meetings_at, task_at
from apps.sync.services.phone_guards import count_deletion, wait_for

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST_DELETED = 50  # tasks and meetings an hour and device


@transaction.atomic
def put_task(*, actor: User, href: str, data: bytes, now: datetime) -> None:
    """Keep a VTODO as the task of this name, or as a new one. Raises PermissionDenied, ValidationError."""
    items = [item for item in _items(actor, data) if item.kind == "todo"]
    if len(items) != 1:
        raise ValidationError("A file has one task.")
    wait_for(f"tasks:{actor.pk}:{href}")
    task = task_at(actor, href, now=now)
    if task is None:
        bring_todo(actor=actor, item=items[0], now=now)
    else:
        sync_todo(actor=actor, task=task, served=todo_of(task), item=items[0], now=now)


def delete_task(*, actor: User, device_id: int, href: str, now: datetime) -> None:
    """Thrown away on a phone it need not be done. Raises PermissionDenied, TooManyDeleted."""
    task = task_at(actor, href, now=now)
    if task is not None:
        count_deletion(device_id, "calendar", most=MOST_DELETED)
        cancel_task(actor=actor, task=task, now=now)


@transaction.atomic
def put_meeting(*, actor: User, data: bytes, now: datetime) -> None:
    """Keep the VEVENTs of one UID: new ones are the actor's, and invite nobody, since phones send their own mails.

    Of what others organise only the actor's own answer is taken. Raises PermissionDenied, ValidationError.
    """
    items = sorted(
        (item for item in _items(actor, data) if item.kind == "event"), key=lambda item: item.recurrence is not None
    )
    if not items or len({item.uid for item in items}) != 1:
        raise ValidationError("A file has one meeting or series.")
    wait_for(f"meetings:{actor.pk}:{items[0].uid}")
    there = meetings_at(actor, items[0].uid)
    if there and there[0].organiser_id != actor.pk:
        _answer(actor, there, items, now)
        return
    for item in items:
        try:
            bring_meeting(actor=actor, item=item, is_cancelled=False, now=now, is_synced=True)
        except Unchanged:
            continue


@transaction.atomic
def delete_meeting(*, actor: User, device_id: int, uid: str, now: datetime) -> None:
    """One's own is called off with all of its series; to another's one doesn't come.

    Raises PermissionDenied, TooManyDeleted.
    """
    there = meetings_at(actor, uid)
    if not there:
        return
    count_deletion(device_id, "calendar", most=MOST_DELETED)
    scope = Scope.ALL if there[0].series_id else Scope.ONE
    if there[0].organiser_id == actor.pk:
        cancel_meeting(actor=actor, meeting=there[0], scope=scope, now=now)
    else:
        answer_meeting(actor=actor, meeting=there[0], answer=Attendee.Answer.DECLINED, scope=scope, now=now)


def _items(actor: User, data: bytes) -> list[Item]:
    parsed = read_calendar(data, zone=zone_of(preferences_of(actor)).key)
    if parsed.broken:
        raise ValidationError(parsed.broken[0].reason)
    return parsed.items


def _answer(actor: User, there: list[Meeting], items: list[Item], now: datetime) -> None:
    """Take the actor's answers: to the whole of it, and to each meeting of the series that the phone names.

    What is repeated as it was served is no answer: single meetings may have had another one.
    """
    said = [(item, answer) for item in items if (answer := _answer_in(actor, item))]
    if not said:
        raise PermissionDenied
    for item, answer in said:
        meeting = there[0] if item.recurrence is None else _occurrence(there, item)
        if meeting is None or answer == Attendee.Answer.OPEN:
            continue
        whole = item.recurrence is None and meeting.series_id is not None
        before = _served_answer(actor, item.uid, now) if whole else ""
        if answer == (before or _answer_of(actor, meeting)):
            continue
        scope = Scope.ALL if whole else Scope.ONE
        answer_meeting(actor=actor, meeting=meeting, answer=answer, scope=scope, now=now)


def _answer_in(actor: User, item: Item) -> str:
    return next((each.answer for each in item.people if each.email.lower() == actor.email), "")


def _answer_of(actor: User, meeting: Meeting) -> str:
    return Attendee.objects.filter(user=actor, meeting=meeting).values_list("answer", flat=True).first() or ""


def _served_answer(actor: User, uid: str, now: datetime) -> str:
    """What a phone was told of the actor's own answer to the series as a whole."""
    row = next((row for row in meeting_rows(actor, now=now) if row.uid == uid), None)
    return _answer_in(actor, row.items[0]) if row and row.items[0].recurrence is None else ""


def _occurrence(there: list[Meeting], item: Item) -> Meeting | None:
    for each in there:
        if each.recurrence_id in item.recurrence_keys(each.series.zone if each.series else each.zone or "UTC"):
            return each
    return None
