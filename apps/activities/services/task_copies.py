"""What of a task stands elsewhere too: on its entry, on its links to contacts, beside its assignees."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import F, Prefetch

from apps.activities.models import Activity, ActivityEntity, Task, TaskAssignee
from apps.activities.models.reach import user_token
from apps.activities.services.entry_files import show_files
from apps.activities.services.recording import follow_moments, restamp

if TYPE_CHECKING:
    from apps.contacts.models import Entity

_WRITE = """
UPDATE activities_activity a
SET facts = fresh.facts, occurred_at = fresh.occurred_at, verb = fresh.verb, readers = fresh.readers
FROM jsonb_to_recordset(%s::jsonb)
    AS fresh(id bigint, facts jsonb, occurred_at timestamptz, verb text, readers integer[])
WHERE a.id = fresh.id
"""
_VERBS = {Task.State.DONE: "task.completed", Task.State.CANCELLED: "task.cancelled"}


def facts_of(task: Task, assignees: Iterable[TaskAssignee], items: Iterable[bool]) -> dict[str, Any]:
    """What rows of timelines and boards show of a task, so that they need no further table."""
    ticked = list(items)
    facts: dict[str, Any] = {
        "state": str(task.state),
        "priority": task.priority,
        "due_on": task.due_on.isoformat() if task.due_on else None,
        "due_at": task.due_at.isoformat("minutes") if task.due_at else None,
        "zone": task.zone,
        "assignees": [str(each.user) for each in assignees],
        "repeats": bool(task.rrule),
        "is_over": task.is_over,
    }
    return facts | ({"items": [sum(ticked), len(ticked)]} if ticked else {})


def moment_shown(task: Task, activity: Activity) -> datetime:
    """Where it stands on timelines: when it was completed, else when it is due, else when it was written."""
    return task.completed_at or task.cancelled_at or task.due_moment or activity.created_at


def refresh_tasks(ids: Collection[int], *, now: datetime) -> None:
    """Write the copies of these tasks anew, in as many statements as there are portions of them."""
    assignees = Prefetch("assignees", TaskAssignee.objects.select_related("user").order_by("pk"))
    tasks = Task.objects.filter(pk__in=ids).select_related("activity").prefetch_related(assignees, "items")
    entries, moved = [], []
    people = _people_of_hidden(ids)
    for task in tasks.order_by("pk"):
        activity = task.activity
        facts = facts_of(task, task.assignees.all(), [item.is_done for item in task.items.all()])
        moment = moment_shown(task, activity)
        if activity.occurred_at != moment or activity.facts.get("is_over") != task.is_over:
            moved.append(activity)
        activity.facts, activity.occurred_at = facts, moment
        activity.verb = _VERBS.get(task.state, "task.added")  # type: ignore[call-overload]  # a plain string
        activity.readers = _readers(
            activity, [*people.get(task.pk, ()), *(each.user_id for each in task.assignees.all())]
        )
        entries.append(activity)
    _write(entries)
    TaskAssignee.objects.filter(task__in=ids, task__state__in=Task.OPEN, is_over=True).update(is_over=False)
    TaskAssignee.objects.filter(task__in=ids, is_over=False).exclude(task__state__in=Task.OPEN).update(is_over=True)
    follow_moments([activity.pk for activity in moved], now=now)


def _write(entries: list[Activity]) -> None:
    """One statement for all; `bulk_update` would spell out a CASE per row and field."""
    rows = [
        {
            "id": entry.pk,
            "facts": entry.facts,
            "occurred_at": entry.occurred_at.isoformat(),
            "verb": entry.verb,
            "readers": entry.readers,
        }
        for entry in entries
    ]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [json.dumps(rows)])


def put_back(ids: list[int], now: datetime) -> None:
    """After undo has touched these entries: what is copied from them follows, and who may read them."""
    tasks = list(Task.objects.filter(pk__in=ids).values_list("pk", flat=True))
    refresh_tasks(tasks, now=now)
    show_files(ids)
    links = ActivityEntity.objects.filter(activity__in=ids)
    stale = links.exclude(activity__in=tasks).exclude(occurred_at=F("activity__occurred_at"))
    follow_moments(sorted(set(stale.values_list("activity_id", flat=True))), now=now)
    restamp(sorted(set(links.filter(via_employer=False).values_list("entity_id", flat=True))))


def _readers(activity: Activity, people: Iterable[int]) -> list[int] | None:
    """The teams that it was written for stay; its people are those of today."""
    if activity.readers is None:
        return None
    teams = [token for token in activity.readers if token % 2]
    mine = [activity.actor_id] if activity.actor_id else []
    return sorted({*teams, *map(user_token, [*people, *mine])})


def _people_of_hidden(ids: Collection[int]) -> dict[int, list[int]]:
    """Users among the contacts that an entry for few is about: they read it too."""
    found: dict[int, list[int]] = {}
    links = ActivityEntity.objects.filter(
        activity__in=ids, activity__readers__isnull=False, via_employer=False, entity__user__isnull=False
    )
    for activity_id, user_id in links.values_list("activity_id", "entity__user"):
        found.setdefault(activity_id, []).append(user_id)
    return found


def links_of(activity_id: int) -> list[ActivityEntity]:
    return list(ActivityEntity.objects.filter(activity=activity_id).order_by("pk"))


def subjects_of(activity_id: int) -> list[Entity]:
    """Those whom an entry is about, without the employers that came by themselves."""
    links = ActivityEntity.objects.filter(activity=activity_id, via_employer=False)
    return [link.entity for link in links.select_related("entity").order_by("pk")]
