"""Messages that become tasks, or notes on a contact; the message stays and points to what it became."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from apps.accounts.models import User
from apps.activities.models import Activity, Task
from apps.activities.services.notes import add_note
from apps.activities.services.recording import Context
from apps.activities.services.task_input import TaskInput
from apps.activities.services.tasks import add_task
from apps.contacts.models import Entity
from apps.projects.models import Message, MessageEntry, Project
from apps.projects.project_reach import CONTEXT
from apps.projects.selectors.dated import Dated
from apps.projects.services.announcing import announce
from apps.projects.services.counting import take_rev
from apps.projects.services.members import member_of


@transaction.atomic
def make_task(
    *,
    actor: User,
    message: Message,
    subject: str,
    zone: str,
    now: datetime,
    assignees: Collection[int] = (),
    due_on: date | None = None,
) -> Task:
    """Write down what a message asks for as a task that leads back to it.

    Of a project it is its members' to read, of a mere group its writer's and its assignees'. Raises PermissionDenied,
    ValidationError.
    """
    row, rev = _standing(actor, message)
    text = f"{row.author.display_name}: {row.text}\n{_address(row)}"
    is_project = Project.objects.standing().filter(pk=row.group_id).exists()
    data = TaskInput(
        subject=subject,
        zone=zone,
        text=text,
        assignees=assignees,
        due_on=due_on,
        context=Context(CONTEXT, row.group_id) if is_project else None,
        visibility=Activity.Visibility.PUBLIC if is_project else Activity.Visibility.PRIVATE,
    )
    task = add_task(actor=actor, data=data, now=now)
    _point(actor, row, task.activity, rev, now)
    return task


@transaction.atomic
def make_tasks(*, actor: User, dated: Collection[Dated], zone: str, now: datetime) -> int:
    """Make a task of each of these messages, due on the day that it names. Raises PermissionDenied, ValidationError."""
    for each in dated:
        make_task(actor=actor, message=each.message, subject=each.subject, due_on=each.day, zone=zone, now=now)
    return len(dated)


@transaction.atomic
def make_note(*, actor: User, message: Message, entity: Entity, text: str, now: datetime) -> Activity:
    """Keep what was said in the history of a contact. Raises PermissionDenied, ValidationError by field."""
    row, rev = _standing(actor, message)
    note = add_note(actor=actor, entity=entity, text=f"{text}\n{_address(row)}", now=now, occurred_at=row.sent_at)
    _point(actor, row, note, rev, now)
    return note


def _standing(actor: User, message: Message) -> tuple[Message, int]:
    rev = take_rev(message.group_id)
    found = Message.objects.visible_to(actor).standing().select_related("group", "author").filter(pk=message.pk).first()
    if found is None:
        raise PermissionDenied
    return found, rev


def _point(actor: User, row: Message, activity: Activity, rev: int, now: datetime) -> None:
    MessageEntry.objects.create(message=row, activity=activity, made_by=member_of(actor, row.group), made_at=now)
    row.rev = rev
    row.save(update_fields=["rev"])
    announce(row)


def _address(row: Message) -> str:
    return f"{reverse('projects:group', args=[row.group_id])}?at={row.seq}"
