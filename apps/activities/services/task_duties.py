"""Whose duty a task is: given, handed on, taken over. The giver stays its author and goes on seeing it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.accounts.selectors import staff_users
from apps.activities.models import Activity, Task, TaskAssignee
from apps.activities.services.task_changes import Changed, change_tasks
from apps.activities.services.task_copies import refresh_tasks
from apps.activities.signals import people_addressed
from apps.core.services.operations import Recorder, operate

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST_ASSIGNEES = 50


def assign_task(*, actor: User, task: Task, user_ids: Collection[int], now: datetime) -> int | None:
    """Let exactly these users have the task in hand; returns the operation, None if they had it already.

    Raises PermissionDenied, ValidationError under "assignees": nobody is given what they may not see.
    """
    return assign_tasks(actor=actor, ids=[task.pk], user_ids=user_ids, now=now, strict=True).operation_id


def assign_tasks(
    *, actor: User, ids: Collection[int], user_ids: Collection[int], now: datetime, strict: bool = False
) -> Changed:
    """Give many tasks to the same users; unless `strict` those that `actor` may not change are left alone."""
    touched: list[int] = []
    with operate(actor=actor, verb="task.assigned", now=now) as recorder:

        def hand_on(tasks: list[Task]) -> None:
            touched.extend(change_assignees(tasks, user_ids, actor=actor, recorder=recorder, now=now))

        change_tasks(
            actor=actor,
            ids=ids,
            verb="task.assigned",
            now=now,
            change=lambda task: True,
            after=hand_on,
            strict=strict,
        )
        return Changed(recorder.operation.pk if touched else None, tuple(touched), len(set(ids)) - len(touched))


def change_assignees(
    tasks: Sequence[Task], user_ids: Collection[int], *, actor: User, recorder: Recorder, now: datetime
) -> list[int]:
    """Add and take away what differs, within the caller's operation; returns the tasks that this touched."""
    if not user_ids:
        raise ValidationError({"assignees": _("Somebody has to have it in hand.")})
    before: dict[int, dict[int, TaskAssignee]] = {task.pk: {} for task in tasks}
    for duty in TaskAssignee.objects.filter(task__in=before).select_related("user"):
        before[duty.task_id][duty.user_id] = duty
    wanted = list(dict.fromkeys(user_ids))
    known = {user_id for duties in before.values() for user_id in duties}
    fresh = {
        each.user_id: each.user
        for each in new_assignees([pk for pk in wanted if pk not in known], giver=actor, now=now)
    }
    people = {**{duty.user_id: duty.user for duties in before.values() for duty in duties.values()}, **fresh}
    gone = [duty for duties in before.values() for pk, duty in duties.items() if pk not in wanted]
    added = [
        TaskAssignee(task=task, user=people[pk], assigned_by=actor, assigned_at=now, is_over=task.is_over)
        for task in tasks
        for pk in wanted
        if pk not in before[task.pk]
    ]
    for duty in gone:
        recorder.removed(duty)
    TaskAssignee.objects.filter(pk__in=[duty.pk for duty in gone]).delete()
    TaskAssignee.objects.bulk_create(added, batch_size=500)
    for duty in added:
        recorder.created(duty)
    _tell_and_check(added, actor=actor, now=now)
    return sorted({duty.task_id for duty in (*gone, *added)})


def new_assignees(user_ids: Iterable[int], *, giver: User | None, now: datetime) -> list[TaskAssignee]:
    """Unsaved duties of these users. Raises ValidationError unless all of them work in the house."""
    wanted = list(dict.fromkeys(user_ids))
    if len(wanted) > MOST_ASSIGNEES:
        raise ValidationError(
            {"assignees": _("At most %(limit)s people can share a task.") % {"limit": MOST_ASSIGNEES}}
        )
    found = {user.pk: user for user in staff_users().filter(pk__in=wanted)} if wanted else {}
    if len(found) < len(wanted):
        raise ValidationError({"assignees": _("A task can only be given to somebody who works here.")})
    return [TaskAssignee(user=found[pk], assigned_by=giver, assigned_at=now) for pk in wanted]


def check_sight(people: Iterable[User], task: Task) -> None:
    """Raises ValidationError if one of them may not see the task: a duty opens nothing."""
    for user in people:
        if not Activity.objects.visible_to(user).filter(pk=task.pk).exists():
            raise ValidationError({"assignees": _("%(name)s may not see whom this task is about.") % {"name": user}})


def tell_assignees(given: Mapping[int, Iterable[User]], *, actor: User, now: datetime) -> None:
    """Announce to whom tasks were given, by the task's id; what one takes upon oneself is no news."""
    others = {task_id: [user.pk for user in people if user.pk != actor.pk] for task_id, people in given.items()}
    if asked := {task_id: ids for task_id, ids in others.items() if ids}:
        people_addressed.send(sender=Activity, asked=asked, verb="task.assigned", actor=actor, now=now)


def _tell_and_check(added: Sequence[TaskAssignee], *, actor: User, now: datetime) -> None:
    by_task: dict[int, list[User]] = {}
    by_user: dict[int, tuple[User, set[int]]] = {}
    for duty in added:
        by_task.setdefault(duty.task_id, []).append(duty.user)
        by_user.setdefault(duty.user_id, (duty.user, set()))[1].add(duty.task_id)
    refresh_tasks(list(by_task), now=now)  # its readers now, before it is asked who sees it
    for user, ids in by_user.values():
        if Activity.objects.visible_to(user).filter(pk__in=ids).count() < len(ids):
            raise ValidationError({"assignees": _("%(name)s may not see whom this task is about.") % {"name": user}})
    tell_assignees(by_task, actor=actor, now=now)
