"""One thing done with the next steps of many contacts: an operation that undoes all of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _

from apps.activities.services.task_changes import MOST_AT_ONCE, Changed
from apps.activities.services.task_duties import assign_tasks
from apps.activities.services.task_input import TaskInput
from apps.activities.services.task_states import complete_tasks, set_due, snooze_tasks
from apps.activities.services.tasks import add_task
from apps.contacts.models import Entity
from apps.core.services.operations import operate
from apps.crm.selectors.follow_up import first_tasks

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST_PLANNED = 200


def change_next_steps(
    *, actor: User, act: str, entity_ids: Collection[int], wish: Mapping[str, Any], now: datetime
) -> Changed:
    """`act` is "complete", "snooze" (wish: until), "due" (due_on) or "assign" (assignees): of each contact's first
    open task that `actor` sees; meetings stay, and so does what `actor` may not change.

    Raises ValidationError by the wish's fields, or for too many.
    """
    if len(entity_ids) > MOST_AT_ONCE:
        raise ValidationError(_("At most %(limit)s at once. Narrow the list first.") % {"limit": MOST_AT_ONCE})
    ids = first_tasks(actor, entity_ids, now=now)
    if act == "complete":
        changed = complete_tasks(actor=actor, ids=ids, now=now)
    elif act == "snooze":
        changed = snooze_tasks(actor=actor, ids=ids, until=wish["until"], now=now)
    elif act == "due":
        zone = get_current_timezone_name()
        changed = set_due(actor=actor, ids=ids, due_on=wish["due_on"], zone=zone, now=now)
    else:
        users = [user.pk for user in wish["assignees"]]
        changed = assign_tasks(actor=actor, ids=ids, user_ids=users, now=now)
    return Changed(changed.operation_id, changed.ids, len(set(entity_ids)) - len(changed.ids))


def plan_next_steps(*, actor: User, entity_ids: Collection[int], wish: Mapping[str, Any], now: datetime) -> Changed:
    """A task of `actor` with each of these contacts (wish: subject, due_on). Raises ValidationError."""
    if len(entity_ids) > MOST_PLANNED:
        raise ValidationError(_("At most %(limit)s at once. Narrow the list first.") % {"limit": MOST_PLANNED})
    made, zone = [], get_current_timezone_name()
    with operate(actor=actor, verb="task.added", now=now) as recorder:
        for entity in Entity.objects.visible_to(actor).live().filter(pk__in=entity_ids).order_by("sort_name", "pk"):
            data = TaskInput(
                subject=wish["subject"], zone=zone, entities=[entity], assignees=[actor.pk], due_on=wish["due_on"]
            )
            try:
                made.append(add_task(actor=actor, data=data, now=now).pk)
            except PermissionDenied:
                continue
    return Changed(recorder.operation.pk if made else None, tuple(made), len(set(entity_ids)) - len(made))
