"""Tasks are written down, changed in their words, days and people, and come again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied

from apps.activities.models import Activity, Task, TaskAssignee, TaskItem
from apps.activities.permissions import can_write_on
from apps.activities.recurrence import next_after
from apps.activities.services.recording import Context, Entry, readers_of, record, set_entities
from apps.activities.services.reminders import copy_reminders
from apps.activities.services.task_changes import change_tasks, mark_changed
from apps.activities.services.task_copies import facts_of, links_of, subjects_of
from apps.activities.services.task_duties import change_assignees, check_sight, new_assignees, tell_assignees
from apps.activities.services.task_input import LAST_DAY, TaskInput, cleaned
from apps.contacts.models import Entity
from apps.core.services.operations import Recorder, operate, snapshot

if TYPE_CHECKING:
    from apps.accounts.models import User

_ENTRY_FIELDS = ["subject", "snippet", "visibility", "category", "audience", "readers"]


def add_task(*, actor: User, data: TaskInput, now: datetime) -> Task:
    """Write down what is to be done; without assignees it is `actor`'s own.

    Raises PermissionDenied, ValidationError by field.
    """
    if not all(can_write_on(actor, each) for each in data.entities):
        raise PermissionDenied
    data = cleaned(data)
    with operate(actor=actor, verb="task.added", now=now) as recorder:
        task = _write(data, author=actor, giver=actor, recorder=recorder, now=now)
        people = [each.user for each in task.assignees.select_related("user")]
        check_sight(people, task)
        mark_changed(recorder, actor=actor, now=now)
        tell_assignees({task.pk: people}, actor=actor, now=now)
    return task


def update_task(*, actor: User, task: Task, data: TaskInput, now: datetime) -> int | None:
    """Let the task be as `data` has it; returns the operation, None if nothing differs.

    Contacts that `actor` doesn't see stay with it. Raises PermissionDenied, ValidationError by field.
    """
    kept = subjects_of(task.pk)
    known = {entity.pk for entity in kept}
    if not all(entity.pk in known or can_write_on(actor, entity) for entity in data.entities):
        raise PermissionDenied
    data = cleaned(data)
    seen = set(Entity.objects.visible_to(actor).filter(pk__in=known).values_list("pk", flat=True))
    hidden = [entity for entity in kept if entity.pk not in seen]

    def apply(locked: Task) -> bool:
        locked.due_on, locked.due_at, locked.zone = data.due_on, data.due_at, data.zone
        locked.priority, locked.rrule = data.priority, data.rrule
        return True

    with operate(actor=actor, verb="task.updated", now=now) as recorder:

        def rest(changed: list[Task]) -> None:
            _change_entry(task.pk, data, [*data.entities, *hidden], recorder, now)
            change_assignees(changed, data.assignees, actor=actor, recorder=recorder, now=now)

        change_tasks(actor=actor, ids=[task.pk], verb="task.updated", now=now, change=apply, after=rest)
        return recorder.operation.pk if recorder.changes else None


def input_of(task: Task, *, user: User) -> TaskInput:
    """The task as it is, as far as `user` sees it: for changing a part of it."""
    activity = task.activity
    entities = Entity.objects.visible_to(user).filter(
        activity_links__activity=task.pk, activity_links__via_employer=False
    )
    return TaskInput(
        subject=activity.subject,
        text=activity.snippet,
        zone=task.zone,
        entities=list(entities.order_by("activity_links__pk")),
        assignees=[each.user_id for each in task.assignees.order_by("pk")],
        due_on=task.due_on,
        due_at=task.due_at,
        priority=task.priority,
        rrule=task.rrule,
        visibility=activity.visibility,
        category=activity.category,
    )


def make_next(task: Task, *, actor: User, recorder: Recorder, now: datetime) -> Task | None:
    """Write down the next occurrence of a repeated task that was just completed; None if it has ended or is there.

    It lies behind the day that was due and behind today, by the clocks of its zone.
    """
    if not task.rrule or task.due_on is None or Task.objects.filter(follows=task).exists():
        return None
    today = now.astimezone(ZoneInfo(task.zone)).date()
    upcoming = next_after(task.rrule, start=task.due_on, after=today)
    if upcoming is None or upcoming.day > LAST_DAY:
        return None
    activity = task.activity
    author = activity.actor or actor
    data = TaskInput(
        subject=activity.subject,
        text=activity.snippet,
        zone=task.zone,
        entities=subjects_of(task.pk),
        assignees=[each.user_id for each in task.assignees.order_by("pk")],
        due_on=upcoming.day,
        due_at=task.due_at,
        priority=task.priority,
        rrule=upcoming.rule,
        visibility=activity.visibility,
        category=activity.category,
        context=Context(activity.context_type, activity.context_id) if activity.context_id is not None else None,
        items=[item.text for item in task.items.order_by("position", "pk")],
    )
    made = _write(data, author=author, giver=None, recorder=recorder, now=now, follows=task)
    copy_reminders(task.activity, [made.activity], now=now)
    return made


def _write(
    data: TaskInput, *, author: User, giver: User | None, recorder: Recorder, now: datetime, follows: Task | None = None
) -> Task:
    task = Task(
        due_on=data.due_on,
        due_at=data.due_at,
        zone=data.zone,
        priority=data.priority,
        rrule=data.rrule,
        follows=follows,
        position=now.timestamp(),
        uid=data.uid,
    )
    duties = new_assignees(data.assignees or [author.pk], giver=giver, now=now)
    entry = Entry(
        kind="task",
        verb="task.added",
        occurred_at=task.due_moment or now,
        entities=data.entities,
        context=data.context,
        subject=data.subject,
        text=data.text,
        facts=facts_of(task, duties, [False] * len(data.items)),
        visibility=data.visibility,
        category=data.category,
        people=[each.user_id for each in duties],
    )
    task.activity = record(entry, actor=author, now=now)
    task.save(force_insert=True)
    for duty in duties:
        duty.task = task
    items = [TaskItem(task=task, text=text, position=number) for number, text in enumerate(data.items)]
    TaskAssignee.objects.bulk_create(duties)
    TaskItem.objects.bulk_create(items)
    for made in (task.activity, *links_of(task.pk), task, *duties, *items):
        recorder.created(made)
    return task


def _change_entry(task_id: int, data: TaskInput, entities: Sequence[Entity], recorder: Recorder, now: datetime) -> None:
    """The words, readers and contacts of the entry; what it shows of the task follows by itself."""
    activity = Activity.objects.select_for_update().get(pk=task_id)
    before = snapshot(activity)
    activity.subject, activity.snippet = data.subject, data.text
    activity.visibility, activity.category = data.visibility, data.category
    activity.readers = readers_of(data.visibility, activity.actor, data.assignees, entities, now=now)
    activity.save(update_fields=_ENTRY_FIELDS)
    links = links_of(task_id)
    if [link.entity_id for link in links if not link.via_employer] != [entity.pk for entity in entities]:
        set_entities(activity, entities, people=data.assignees, now=now, recorder=recorder)
    if before["visibility"] == activity.visibility:  # then its readers follow from its people: nobody's own change
        before["readers"] = snapshot(activity)["readers"]
    recorder.updated(activity, before)
