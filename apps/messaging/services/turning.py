"""A mail becomes something to do, an appointment or a note: about its contacts, with the way back to its thread.

The words are for whoever may see those contacts, so nothing of the mail goes into them by itself but what the actor
leaves there.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.activities.models import Activity
from apps.activities.services.meeting_inputs import Guests, Span, Words
from apps.activities.services.meetings import plan_meeting
from apps.activities.services.notes import add_note
from apps.activities.services.recording import Context
from apps.activities.services.task_input import TaskInput
from apps.activities.services.tasks import add_task
from apps.messaging.models import Thread

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.activities.models import Meeting, Task
    from apps.contacts.models import Entity

CONTEXT = "messaging.thread"


@dataclass(frozen=True, slots=True)
class Made:
    """What all three have: whom it is about, who may read it."""

    entities: Sequence[Entity] = ()
    visibility: str = Activity.Visibility.PUBLIC


def make_task(
    *,
    actor: User,
    thread: Thread,
    made: Made,
    subject: str,
    zone: str,
    now: datetime,
    text: str = "",
    due_on: date | None = None,
    assignees: Collection[int] = (),
) -> Task:
    """Raises ValidationError by field, PermissionDenied."""
    data = TaskInput(
        subject=subject,
        zone=zone,
        text=text,
        entities=made.entities,
        assignees=assignees or [actor.pk],
        due_on=due_on,
        visibility=made.visibility,
        context=Context(CONTEXT, thread.pk),
    )
    return add_task(actor=actor, data=data, now=now)


def make_meeting(
    *,
    actor: User,
    thread: Thread,
    made: Made,
    subject: str,
    day: date,
    starts: time,
    minutes: int,
    zone: str,
    now: datetime,
) -> Meeting:
    """Raises ValidationError by field, PermissionDenied."""
    begin = datetime.combine(day, starts)
    return plan_meeting(
        actor=actor,
        span=Span(begin, begin + timedelta(minutes=minutes), zone),
        words=Words(subject, visibility=made.visibility),
        guests=Guests(made.entities),
        context=Context(CONTEXT, thread.pk),
        now=now,
    )


def make_note(*, actor: User, thread: Thread, made: Made, text: str, now: datetime) -> Activity:
    """Raises ValidationError by field, PermissionDenied."""
    first, *others = made.entities
    return add_note(
        actor=actor,
        entity=first,
        others=others,
        text=text,
        visibility=made.visibility,
        context=Context(CONTEXT, thread.pk),
        now=now,
    )


# --- the way back -----------------------------------------------------------------------------------------------------
def no_tokens_of(ids: Collection[int]) -> dict[int, list[int]]:
    """A thread lets nobody read what was made of it: that follows from the contacts it is about."""
    return {}


def no_tokens_for(user: User) -> list[int]:
    return []


def describe(ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Everybody who reads the entry sees this, so it says nothing of the mail; its page is for whoever may read it."""
    return {pk: (_("an e-mail"), reverse("messaging:thread", args=[pk])) for pk in ids}
