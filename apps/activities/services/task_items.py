"""The checklist of a task: small steps that are ticked off one by one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext as _

from apps.activities.models import Task, TaskItem
from apps.activities.services.task_changes import locked, mark_changed
from apps.activities.services.task_copies import refresh_tasks
from apps.activities.services.task_input import MOST_ITEMS
from apps.core.services.operations import operate, snapshot

if TYPE_CHECKING:
    from apps.accounts.models import User

LONGEST = 300


def add_item(*, actor: User, task: Task, text: str, now: datetime) -> TaskItem:
    """Add a line at the end. Raises PermissionDenied, ValidationError under "text"."""
    words = " ".join(text.replace("\x00", "").split())
    if not words or len(words) > LONGEST:
        raise ValidationError({"text": _("Write a few words first.") if not words else _("That is too long.")})
    with operate(actor=actor, verb="task.item_added", now=now) as recorder:
        locked(actor, [task.pk], now=now)
        if task.items.count() >= MOST_ITEMS:
            raise ValidationError({"text": _("A checklist has at most %(limit)s lines.") % {"limit": MOST_ITEMS}})
        last = task.items.aggregate(last=Max("position"))["last"]
        item = TaskItem.objects.create(task=task, text=words, position=0 if last is None else last + 1)
        recorder.created(item)
        refresh_tasks([task.pk], now=now)
        mark_changed(recorder, actor=actor, now=now)
    return item


def tick_item(*, actor: User, item: TaskItem, is_done: bool, now: datetime) -> int | None:
    """Tick a line off, or take that back; None if it was so already."""
    with operate(actor=actor, verb="task.item_ticked", now=now) as recorder:
        locked(actor, [item.task_id], now=now)
        fresh = TaskItem.objects.select_for_update().get(pk=item.pk)
        if fresh.is_done == is_done:
            return None
        before = snapshot(fresh)
        fresh.is_done = is_done
        fresh.save(update_fields=["is_done"])
        recorder.updated(fresh, before)
        refresh_tasks([item.task_id], now=now)
        mark_changed(recorder, actor=actor, now=now)
        return recorder.operation.pk


def remove_item(*, actor: User, item: TaskItem, now: datetime) -> int | None:
    """Take a line away; None if it was gone."""
    with operate(actor=actor, verb="task.item_removed", now=now) as recorder:
        locked(actor, [item.task_id], now=now)
        fresh = TaskItem.objects.select_for_update().filter(pk=item.pk).first()
        if fresh is None:
            return None
        recorder.removed(fresh)
        fresh.delete()
        refresh_tasks([item.task_id], now=now)
        mark_changed(recorder, actor=actor, now=now)
        return recorder.operation.pk
