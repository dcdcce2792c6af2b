"""Who may write into the history, and change what is written."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from apps.accounts.permissions import is_admin, is_manager, is_staff_member
from apps.accounts.selectors import teammates_of
from apps.activities.models import Task
from apps.contacts.permissions import can_view_entity

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.activities.models import Activity, TaskQuerySet
    from apps.contacts.models import Entity


def can_write_on(user: User, entity: Entity) -> bool:
    """Whoever sees a contact may note what happened with it."""
    return can_view_entity(user, entity)


def can_change_activity(user: User, activity: Activity) -> bool:
    return activity.actor_id == user.pk or is_admin(user)


def changeable_tasks(user: User, tasks: TaskQuerySet, *, on: date) -> TaskQuerySet:
    """Those of `tasks` that `user` may complete, change and hand on: their own or given to them, those of whoever
    is in a team with them that day, and for managers all that they see.
    """
    seen = tasks.visible_to(user)
    return seen if is_manager(user) else seen.concerning(teammates_of(user, on=on))


def can_change_task(user: User, task: Task, *, on: date) -> bool:
    return changeable_tasks(user, Task.objects.filter(pk=task.pk), on=on).exists()


def can_plan_meetings(user: User) -> bool:
    return is_staff_member(user)
