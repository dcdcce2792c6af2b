"""Tasks (VTODO) of a calendar file: each becomes a task of whoever brought it; the same UID is the same task."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from apps.accounts.preferences import preferences_of, zone_of
from apps.activities.formats.ical_items import Item
from apps.activities.models import Activity, Task
from apps.activities.services.recording import SUBJECT_LENGTH, TEXT_LENGTH
from apps.activities.services.task_input import TaskInput
from apps.activities.services.task_states import cancel_task, complete_task, reopen_task
from apps.activities.services.tasks import add_task, input_of, update_task

if TYPE_CHECKING:
    from apps.accounts.models import User

_HIGH, _NORMAL = range(1, 5), (0, 5)  # of RFC 5545's nine, 0 says nothing


def bring_todo(*, actor: User, item: Item, now: datetime) -> None:
    """Make or change the task that `item` is. What repeats is brought as its next one. Raises ValidationError."""
    zone = zone_of(preferences_of(actor))
    there = Task.objects.filter(uid=item.uid, activity__actor=actor, activity__removed_at__isnull=True)
    task = there.select_related("activity").order_by("pk").first()
    said = _said(item, zone)
    if task is None:
        data = TaskInput(**said, assignees=[actor.pk], uid=item.uid)
        task = add_task(actor=actor, data=data, now=now)
    elif (wanted := replace(before := input_of(task, user=actor), **said)) != before:
        update_task(actor=actor, task=task, data=wanted, now=now)
    if item.status == "done":
        complete_task(actor=actor, task=task, now=now)
    elif item.status == "cancelled":
        cancel_task(actor=actor, task=task, now=now)


def sync_todo(*, actor: User, task: Task, served: Item, item: Item, now: datetime) -> None:
    """Change of a task what a phone says otherwise than it was told. Raises PermissionDenied, ValidationError.

    A phone that drops what it doesn't know (who may read it, say) changes nothing of that.
    """
    zone = zone_of(preferences_of(actor))
    told, said = _said(served, zone), _said(item, zone)
    changed = {name: value for name, value in said.items() if value != told[name] and name != "zone"}
    if not item.is_private:
        changed.pop("visibility", None)
    if {"due_on", "due_at"} & changed.keys():
        changed |= {name: said[name] for name in ("due_on", "due_at", "zone")}
    if changed:
        update_task(actor=actor, task=task, data=replace(input_of(task, user=actor), **changed), now=now)
    if item.status == "done" and not task.is_over:
        complete_task(actor=actor, task=task, now=now)
    elif item.status == "cancelled" and not task.is_over:
        cancel_task(actor=actor, task=task, now=now)
    elif item.status not in ("done", "cancelled") and task.is_over:
        reopen_task(actor=actor, task=task, now=now)


def _said(item: Item, zone: ZoneInfo) -> dict[str, Any]:
    """What the file says of a task, as fields of a TaskInput."""
    due = item.due_at.astimezone(zone) if item.due_at else None
    priority = Task.Priority.HIGH if item.priority in _HIGH else Task.Priority.LOW
    return {
        "subject": (item.subject or "VTODO")[:SUBJECT_LENGTH],
        "text": item.text[:TEXT_LENGTH],
        "zone": zone.key,
        "due_on": due.date() if due else item.due_on,
        "due_at": due.time().replace(second=0, microsecond=0, tzinfo=None) if due else None,
        "priority": Task.Priority.NORMAL if item.priority in _NORMAL else priority,
        "visibility": Activity.Visibility.PRIVATE if item.is_private else Activity.Visibility.PUBLIC,
    }
