"""Who did what to a task, when: from the changes that each wish leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.templatetags.formats import day
from apps.activities.models import Task
from apps.core.contributions import verbs
from apps.core.models import Change, Operation

TYPES = ("activities.activity", "activities.task", "activities.taskassignee", "activities.taskitem")
MOST = 200


@dataclass(slots=True)
class TaskEvent:
    title: str
    actor: str
    at: datetime
    details: list[str] = field(default_factory=list)


def history_of(task: Task) -> list[TaskEvent]:
    """The latest wishes, newest first; three queries."""
    changes = list(
        Change.objects.filter(subject_id=task.pk, record_type__in=TYPES).order_by("-changed_at", "-id")[:MOST]
    )
    operations = Operation.objects.select_related("actor").in_bulk({change.operation_id for change in changes})
    names = _names_in(changes)
    events: dict[int, TaskEvent] = {}
    for change in changes:
        operation = operations.get(change.operation_id)
        if operation is None:
            continue
        event = events.get(operation.pk)
        if event is None:
            title = verbs.get(operation.verb) or _("Changed")
            event = events[operation.pk] = TaskEvent(str(title), str(operation.actor or ""), change.changed_at)
        event.details[:0] = _details(change, names)  # within one wish in the order it was done
    return list(events.values())


def _details(change: Change, names: dict[int, str]) -> list[str]:
    if change.record_type == "activities.taskassignee" and change.kind != Change.Kind.UPDATED:
        before, after = change.diff["user"]
        return [f"+ {names.get(after, '?')}" if after else f"− {names.get(before, '?')}"]
    if change.record_type == "activities.taskitem":
        text = next((pair[1] or pair[0] for name, pair in change.diff.items() if name == "text"), "")
        return [text] if text else []
    if change.kind != Change.Kind.UPDATED:
        return []
    return [
        f"{title}: {show(change.diff[name][0])} → {show(change.diff[name][1])}"
        for name, (title, show) in _shown().items()
        if name in change.diff
    ]


def _shown() -> dict[str, tuple[str, Callable[[Any], object]]]:
    return {
        "subject": (_("Title"), str),
        "state": (_("State"), lambda value: Task.State(value).label),
        "due_on": (_("Due"), _day),
        "snoozed_until": (_("Put off till"), _day),
        "priority": (_("Priority"), lambda value: Task.Priority(value).label),
    }


def _day(value: str | None) -> object:
    return day(date.fromisoformat(value)) if value else "–"


def _names_in(changes: list[Change]) -> dict[int, str]:
    ids = {
        pk
        for change in changes
        if change.record_type == "activities.taskassignee"
        for pk in change.diff.get("user", [])
        if pk
    }
    return {user.pk: str(user) for user in User.objects.filter(pk__in=ids)} if ids else {}
