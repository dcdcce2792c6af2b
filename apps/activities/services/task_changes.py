"""One way to change tasks, be it one or a thousand: lock, ask, write, keep what was, let the copies follow."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied

from apps.activities.models import Task
from apps.activities.permissions import changeable_task_ids
from apps.activities.services.task_copies import refresh_tasks
from apps.activities.signals import tasks_changed
from apps.core.services.operations import Recorder, diff, operate, snapshot

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.core.services.operations.images import Image

MOST_AT_ONCE = 2000
_ATTRIBUTES = {field.name: field.attname for field in Task._meta.concrete_fields}
_FEW = 8  # up to so many different sets of values one UPDATE each is cheaper than a CASE per row


@dataclass(frozen=True, slots=True)
class Changed:
    """What one wish did: the operation that undoes it (None: nothing was to be done), the tasks, those left alone."""

    operation_id: int | None
    ids: tuple[int, ...] = ()
    skipped: int = 0


def change_tasks(
    *,
    actor: User,
    ids: Collection[int],
    verb: str,
    now: datetime,
    change: Callable[[Task], bool],
    after: Callable[[list[Task]], None] | None = None,
    strict: bool = True,
) -> Changed:
    """Let `change(task)` set fields of each of these tasks, locked in the order of their keys; False leaves it be.

    `after` gets those that it changed, in the same operation. Raises PermissionDenied where `actor` may not change
    one of them; unless `strict` those are left alone.
    """
    with operate(actor=actor, verb=verb, now=now) as recorder:
        tasks = locked(actor, ids, now=now, strict=strict)
        befores = {task.pk: snapshot(task) for task in tasks}
        changed = [task for task in tasks if change(task)]
        _write(changed, befores)
        for task in changed:
            recorder.updated(task, befores[task.pk])
        if after is not None:
            after(changed)
        refresh_tasks([task.pk for task in changed], now=now)
        mark_changed(recorder, actor=actor, now=now)
        done = tuple(task.pk for task in changed)
        return Changed(recorder.operation.pk if done else None, done, len(set(ids)) - len(done))


def mark_changed(recorder: Recorder, *, actor: User, now: datetime) -> None:
    """Let lists see which tasks the operation has touched so far. It is no change of its own: nothing is recorded."""
    own = [each for each in recorder.changes if each.record_type.startswith("activities.")]
    touched = {each.subject_id for each in own if each.subject_id is not None}
    if touched:
        Task.objects.filter(pk__in=touched).update(changed_at=now, changed_by=actor)
        tell_changed(sorted(touched), now)


def tell_changed(ids: list[int], now: datetime) -> None:
    """Let higher apps know, also of what undo puts back."""
    tasks_changed.send(sender=Task, ids=ids, now=now)


def _write(tasks: list[Task], befores: dict[int, Image]) -> None:
    """Only what differs, and what differs alike in one statement."""
    alike: dict[str, tuple[dict[str, Any], list[int]]] = {}
    for task in tasks:
        values = {
            _ATTRIBUTES[name]: getattr(task, _ATTRIBUTES[name]) for name in diff(befores[task.pk], snapshot(task))
        }
        if values:
            alike.setdefault(repr(sorted(values.items())), (values, []))[1].append(task.pk)
    if len(alike) <= _FEW:
        for values, ids in alike.values():
            Task.objects.filter(pk__in=ids).update(**values)
        return
    names = sorted({name for values, _ids in alike.values() for name in values})
    Task.objects.bulk_update(tasks, names, batch_size=200)


def locked(actor: User, ids: Collection[int], *, now: datetime, strict: bool = True) -> list[Task]:
    """These tasks, locked, as far as `actor` may change them. Raises PermissionDenied if `strict`."""
    wanted = set(ids)
    allowed = changeable_task_ids(actor, wanted, on=now.date())
    if strict and allowed != wanted:
        raise PermissionDenied
    return list(Task.objects.select_for_update().filter(pk__in=allowed).order_by("pk"))
