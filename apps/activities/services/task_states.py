"""A task's way: begun, waiting, done or cancelled, taken up again, put off, moved on the board."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.translation import gettext as _

from apps.activities.models import Task
from apps.activities.services.task_changes import Changed, change_tasks
from apps.activities.services.task_input import FIRST_DAY, LAST_DAY
from apps.activities.services.tasks import make_next
from apps.activities.signals import tasks_completed
from apps.core.services.operations import operate

if TYPE_CHECKING:
    from apps.accounts.models import User

State = Task.State
_CLOSEST = 1e-3  # nearer than that two cards have no room between them


def complete_tasks(*, actor: User, ids: Collection[int], now: datetime, strict: bool = False) -> Changed:
    """Mark these tasks as done by `actor`; what is over already stays. A repeated one comes again, once."""

    def complete(task: Task) -> bool:
        return not task.is_over and _to(task, State.DONE, actor, now)

    with operate(actor=actor, verb="task.completed", now=now) as recorder:

        def come_again(done: list[Task]) -> None:
            for task in done:
                make_next(task, actor=actor, recorder=recorder, now=now)
            tasks_completed.send(sender=Task, ids=[task.pk for task in done], actor=actor, now=now)

        return change_tasks(
            actor=actor, ids=ids, verb="task.completed", now=now, change=complete, after=come_again, strict=strict
        )


def complete_task(*, actor: User, task: Task, now: datetime) -> int | None:
    """Returns the operation; None if it was over already. Raises PermissionDenied."""
    return complete_tasks(actor=actor, ids=[task.pk], now=now, strict=True).operation_id


def cancel_tasks(*, actor: User, ids: Collection[int], now: datetime, strict: bool = False) -> Changed:
    """These need not be done; a repeated one comes no more."""

    def cancel(task: Task) -> bool:
        return not task.is_over and _to(task, State.CANCELLED, actor, now)

    return change_tasks(actor=actor, ids=ids, verb="task.cancelled", now=now, change=cancel, strict=strict)


def cancel_task(*, actor: User, task: Task, now: datetime) -> int | None:
    return cancel_tasks(actor=actor, ids=[task.pk], now=now, strict=True).operation_id


def reopen_task(*, actor: User, task: Task, now: datetime) -> int | None:
    """Take up again what was done or cancelled; the occurrence that its completion made stays."""

    def reopen(locked: Task) -> bool:
        return locked.is_over and _to(locked, State.OPEN, actor, now)

    return change_tasks(actor=actor, ids=[task.pk], verb="task.reopened", now=now, change=reopen).operation_id


def snooze_tasks(
    *, actor: User, ids: Collection[int], until: date | None, now: datetime, strict: bool = False
) -> Changed:
    """Keep these open tasks out of sight till that day, or show them again (None); they stay due when they were.

    Raises ValidationError under "until".
    """
    if until is not None and not now.date() < until <= LAST_DAY:
        raise ValidationError({"until": _("Choose a day to come.")})

    def snooze(locked: Task) -> bool:
        if locked.is_over or locked.snoozed_until == until:
            return False
        locked.snoozed_until = until
        return True

    return change_tasks(actor=actor, ids=ids, verb="task.snoozed", now=now, change=snooze, strict=strict)


def snooze_task(*, actor: User, task: Task, until: date | None, now: datetime) -> int | None:
    return snooze_tasks(actor=actor, ids=[task.pk], until=until, now=now, strict=True).operation_id


def set_due(
    *, actor: User, ids: Collection[int], due_on: date | None, zone: str, now: datetime, strict: bool = False
) -> Changed:
    """Let these open tasks be due that day, at the time they had; a repeated one keeps a day."""
    if due_on is not None and not FIRST_DAY <= due_on <= LAST_DAY:
        raise ValidationError({"due_on": _("Choose a day that somebody may live to see.")})

    def move(task: Task) -> bool:
        if task.is_over or task.due_on == due_on or (due_on is None and task.rrule):
            return False
        task.due_on, task.snoozed_until = due_on, None
        task.due_at = task.due_at if due_on else None
        task.zone = task.zone if task.due_at else zone
        return True

    return change_tasks(actor=actor, ids=ids, verb="task.due_changed", now=now, change=move, strict=strict)


def move_task(
    *, actor: User, task: Task, state: str, above: int | None, below: int | None, now: datetime
) -> int | None:
    """Put the task into a column of the board, between the cards `above` and `below` (None: the end of it).

    Returns the operation; None if it lies there already. Raises ValidationError under "state".
    """
    if state not in State.values:
        raise ValidationError({"state": _("There is no such state.")})
    with operate(actor=actor, verb="task.moved", now=now) as recorder:
        position = _between(state, above, below, now)
        done: list[int] = []

        def move(locked: Task) -> bool:
            same = locked.state == state
            locked.position = position
            if not same and state == State.DONE:
                done.append(locked.pk)
            return True if same else _to(locked, State(state), actor, now)

        def come_again(moved: list[Task]) -> None:
            for each in moved:
                if each.state == State.DONE:
                    make_next(each, actor=actor, recorder=recorder, now=now)
            tasks_completed.send(sender=Task, ids=done, actor=actor, now=now)

        return change_tasks(
            actor=actor, ids=[task.pk], verb="task.moved", now=now, change=move, after=come_again
        ).operation_id


def _to(task: Task, state: Task.State, actor: User, now: datetime) -> bool:
    task.state = state
    task.completed_at, task.completed_by = (now, actor) if state == State.DONE else (None, None)
    task.cancelled_at = now if state == State.CANCELLED else None
    if task.is_over:
        task.snoozed_until = None
    return True


def _between(state: str, above: int | None, below: int | None, now: datetime) -> float:
    """A place between two cards of a column; where there is none left, those below make room."""
    column = Task.objects.filter(state=state)
    ids = [pk for pk in (above, below) if pk is not None]
    places = dict(column.filter(pk__in=ids).values_list("pk", "position"))
    upper, lower = places.get(above or 0), places.get(below or 0)
    if upper is None and lower is None:
        return now.timestamp()
    if lower is None:
        return (upper or 0.0) + 1
    if upper is None:
        return lower - 1
    if lower - upper < _CLOSEST:
        column.filter(position__gte=lower).exclude(pk=above).update(position=F("position") + 1)
        lower += 1
    return (upper + lower) / 2
