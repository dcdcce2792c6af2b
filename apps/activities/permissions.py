"""Who may write into the history, and change what is written."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from apps.accounts.permissions import is_admin, is_manager, is_staff_member
from apps.accounts.selectors import others_in_teams_of, teammates_of
from apps.activities.models import Activity, Meeting, TaskAssignee
from apps.activities.models.stand_ins import stood_in_meetings, stood_in_tasks
from apps.contacts.models import Entity
from apps.contacts.permissions import can_view_entity
from apps.core import clock
from apps.core.clock import company_day

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.activities.models import Task


def can_write_on(user: User, entity: Entity) -> bool:
    """Whoever sees a contact may note what happened with it."""
    return can_view_entity(user, entity)


def can_change_activity(user: User, activity: Activity) -> bool:
    if activity.actor_id == user.pk or is_admin(user):
        return True
    return activity.kind == "meeting" and _has_meeting(user, activity)


def _has_meeting(user: User, activity: Activity) -> bool:
    """It passed to them, for good or while they stand in for its organiser."""
    if not is_staff_member(user):
        return False
    if Meeting.objects.filter(pk=activity.pk, organiser=user).exists():
        return True
    stood_in = stood_in_meetings(user, on=company_day(clock.now()))
    return stood_in is not None and stood_in.filter(pk=activity.pk).exists()


def changeable_task_ids(user: User, ids: Collection[int], *, on: date) -> set[int]:
    """Those of these tasks that `user` may complete, change and hand on: their own or given to them, those of whoever
    is in a team with them or is stood in for by them that day, and for managers all that they see.

    Asked by their keys alone, so that a thousand of them take no longer where statistics are stale.
    """
    seen = dict(Activity.objects.visible_to(user).live().filter(pk__in=ids, kind="task").values_list("pk", "actor"))
    if not seen or is_manager(user):
        return set(seen)
    mates = teammates_of(user, on=on)
    duties = TaskAssignee.objects.filter(task__in=list(seen), user__in=mates).values_list("task", flat=True)
    stood_in = stood_in_tasks(user, on=on)
    meanwhile = set(stood_in.filter(task__in=list(seen))) if stood_in is not None else set()
    return {pk for pk, actor in seen.items() if actor in mates} | set(duties) | meanwhile


def open_tasks_to_change(user: User, entries: Iterable[Activity], *, on: date) -> set[int]:
    """Those of these entries, which `user` sees, whose open tasks they may change, by the rule above.

    One query at most, and none for one's own tasks and for managers: timelines ask for every page.
    """
    found = {each.pk: each.actor_id for each in entries if each.kind == "task" and not each.facts.get("is_over")}
    of_others = [pk for pk, actor in found.items() if actor != user.pk]
    if not of_others or is_manager(user):
        return set(found)
    mates = others_in_teams_of(user, on=on)
    duties = TaskAssignee.objects.filter(Q(user=user) | Q(user__in=mates), task=OuterRef("pk"))
    allowed = Activity.objects.filter(Q(actor__in=mates) | Q(Exists(duties)), pk__in=of_others)
    stood_in = stood_in_tasks(user, on=on)
    meanwhile = set(stood_in.filter(task__in=of_others)) if stood_in is not None else set()
    return (set(found) - set(of_others)) | set(allowed.values_list("pk", flat=True)) | meanwhile


def can_change_task(user: User, task: Task, *, on: date) -> bool:
    return task.pk in changeable_task_ids(user, [task.pk], on=on)


def can_plan_meetings(user: User) -> bool:
    return is_staff_member(user)


def may_hear_history(user: User, channel: str) -> bool:
    """Channel "history:12" is for whoever sees contact 12; it says that something was written down, never what."""
    number = channel.partition(":")[2]
    return number.isdecimal() and len(number) < 19 and Entity.objects.visible_to(user).filter(pk=number).exists()
