"""Open tasks about contacts that pass to somebody else go along with them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from apps.activities.models import Activity, ActivityEntity, TaskAssignee
from apps.activities.services.task_changes import mark_changed
from apps.activities.services.task_copies import refresh_tasks
from apps.core.services.operations import snapshot

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.core.services.operations import Recorder


def hand_tasks_on(
    *, recorder: Recorder, entity_ids: Collection[int], giver: User, taker: User, actor: User, now: datetime
) -> int:
    """Let `taker` have in hand what `giver` has of open tasks about these contacts; returns how many.

    Within the caller's operation, who also tells `taker`. Only what isn't private, and what both `actor` and `taker`
    see: a duty opens nothing.
    """
    about = ActivityEntity.objects.filter(entity__in=entity_ids, via_employer=False).values("activity")
    held = TaskAssignee.objects.filter(user=giver, is_over=False, task__in=about)
    ids = set(held.values_list("task", flat=True))
    if not ids:
        return 0
    public = Activity.objects.live().filter(pk__in=ids, visibility=Activity.Visibility.PUBLIC)
    for reader in (actor, taker):
        public = public.filter(pk__in=Activity.objects.visible_to(reader).filter(pk__in=ids).order_by().values("pk"))
    seen = set(public.order_by().values_list("pk", flat=True))
    rows = list(held.select_for_update(of=("self",)).filter(task__in=seen).order_by("pk"))
    theirs = set(TaskAssignee.objects.filter(user=taker, task__in=seen).values_list("task", flat=True))
    doubles = [row for row in rows if row.task_id in theirs]
    passing = [row for row in rows if row.task_id not in theirs]
    for row in doubles:
        recorder.removed(row, row.task_id)
    TaskAssignee.objects.filter(pk__in=[row.pk for row in doubles]).delete()
    for row in passing:
        before = snapshot(row)
        row.user, row.assigned_by, row.assigned_at = taker, actor, now
        recorder.updated(row, before, row.task_id)
    TaskAssignee.objects.filter(pk__in=[row.pk for row in passing]).update(
        user=taker, assigned_by=actor, assigned_at=now
    )
    refresh_tasks([row.task_id for row in rows], now=now)
    mark_changed(recorder, actor=actor, now=now)
    return len(rows)
