"""What comes next with a contact: its first open task or meeting to come, by the day on which it is to be seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import Case, DateField, F, When
from django.db.models.functions import TruncDate
from django.utils.timezone import localdate

from apps.activities.models import Activity, ActivityEntity, ActivityQuerySet, Task
from apps.activities.selectors.tasks import prepare

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from apps.accounts.models import User
    from apps.contacts.models import Entity

FOLLOWING = 3  # that many more are told beside the next one


@dataclass(frozen=True, slots=True)
class NextStep:
    """`task` is the first open one, `meeting` the first to come; `later` counts the open tasks behind it, to three."""

    task: Task | None
    meeting: Activity | None
    later: int


def steps_seen(user: User, *, now: datetime) -> ActivityQuerySet:
    """All that `user` sees planned: open tasks, and meetings that lie ahead of `now` and weren't called off."""
    seen = Activity.objects.visible_to(user).live()
    open_tasks = seen.filter(kind="task", task__state__in=Task.OPEN)
    return open_tasks | seen.filter(kind="meeting", occurred_at__gte=now).exclude(facts__contains={"is_over": True})


def step_links(user: User, *, now: datetime) -> QuerySet[ActivityEntity]:
    """Whom those are about, each with its `day` (None: without a day), the first day first.

    Put off, a task counts from the day until which it is out of sight; a meeting's day is by the reader's clocks.
    """
    day = Case(
        When(activity__kind="task", then=F("activity__task__shown_on")),
        default=TruncDate("activity__occurred_at"),
        output_field=DateField(null=True),
    )
    links = ActivityEntity.objects.filter(via_employer=False, activity__in=steps_seen(user, now=now))
    return links.annotate(day=day).order_by(F("day").asc(nulls_last=True), "activity")


def next_step(user: User, entity: Entity, *, now: datetime) -> NextStep:
    """What `user` sees planned with `entity`; nothing of what others planned in secret."""
    mine = ActivityEntity.objects.filter(entity=entity, via_employer=False).values("activity")
    tasks = Task.objects.visible_to(user).open().filter(activity__in=mine)
    found = list(tasks.select_related("activity", "activity__actor").in_order()[: FOLLOWING + 1])
    prepare(found[:1], user=user, today=localdate(now))
    meetings = steps_seen(user, now=now).filter(kind="meeting", pk__in=mine)
    meeting = meetings.order_by("occurred_at", "pk").first()
    return NextStep(found[0] if found else None, meeting, len(found[1:]))


def is_overdue(day: date | None, *, today: date) -> bool:
    return day is not None and day < today
