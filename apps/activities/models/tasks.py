"""Tasks: what somebody is to do, until when, how often, and who has it in hand."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from apps.activities.models.timeline import Activity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apps.accounts.models import User

DAY_BEGINS = time(9)  # when a task without a time stands on timelines and is called to mind


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, user: User) -> TaskQuerySet:
        """The tasks whose entries this user may read."""
        return self.filter(activity__in=Activity.objects.visible_to(user).live())

    def open(self) -> TaskQuerySet:
        """Neither done nor cancelled."""
        return self.filter(state__in=Task.OPEN)

    def assigned_to(self, users: Iterable[int]) -> TaskQuerySet:
        return self.filter(_has_one_of(users))

    def in_hand_of(self, users: Iterable[int]) -> TaskQuerySet:
        """What one of these users still has to do."""
        mine = TaskAssignee.objects.filter(task=OuterRef("pk"), user__in=list(users), is_over=False)
        return self.open().filter(Exists(mine))

    def of_user(self, user: User, *, on: date) -> TaskQuerySet:
        """Those of `user`, and open ones of whom they stand in for that day."""
        return self._with_stood_in(TaskAssignee.objects.filter(user=user), user, on)

    def at_hand_of(self, user: User, *, on: date) -> TaskQuerySet:
        """What `user` still has to do, also for whom they stand in for that day."""
        return self.open()._with_stood_in(TaskAssignee.objects.filter(user=user, is_over=False), user, on)

    def _with_stood_in(self, mine: models.QuerySet[TaskAssignee], user: User, on: date) -> TaskQuerySet:
        from apps.activities.models.stand_ins import stood_in_tasks  # which knows of tasks

        stood_in = stood_in_tasks(user, on=on)
        if stood_in is None:
            return self.filter(Exists(mine.filter(task=OuterRef("pk"))))
        # Two ways in, each by its index, as below.
        return self.filter(pk__in=mine.order_by().values_list("task", flat=True).union(stood_in))

    def given_by(self, user: User) -> TaskQuerySet:
        """What `user` has asked others to do: written for them, or handed on to them."""
        others = TaskAssignee.objects.exclude(user=user)
        # Two ways in, each by its index; an OR would look at everybody's.
        written = others.filter(task__activity__actor=user, task__activity__removed_at__isnull=True)
        return self.filter(pk__in=written.values("task").union(others.filter(assigned_by=user).values("task")))

    def in_order(self) -> TaskQuerySet:
        """What is due first comes first, without a day last."""
        return self.order_by(models.F("shown_on").asc(nulls_last=True), "priority", "pk")


def _has_one_of(users: Iterable[int]) -> Q:
    return Q(Exists(TaskAssignee.objects.filter(task=OuterRef("pk"), user__in=list(users))))


class Task(models.Model):
    """Its title is the entry's subject, its words the entry's snippet; who sees the entry sees the task."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        IN_PROGRESS = "in_progress", _("In progress")
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")

    class Priority(models.IntegerChoices):
        """As in iCalendar (RFC 5545, 3.8.1.9) a smaller number is more urgent."""

        HIGH = 1, _("High")
        NORMAL = 2, _("Normal")
        LOW = 3, _("Low")

    OPEN = (State.OPEN, State.IN_PROGRESS, State.WAITING)

    activity = models.OneToOneField(Activity, primary_key=True, on_delete=models.CASCADE, related_name="task")
    state = models.CharField(max_length=11, choices=State, default=State.OPEN)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NORMAL)
    due_on = models.DateField(null=True)
    due_at = models.TimeField(null=True)  # by the clocks of `zone`
    zone = models.CharField(max_length=60)  # IANA, of whoever set the day
    snoozed_until = models.DateField(null=True)  # out of sight till that day
    shown_on = models.GeneratedField(
        expression=Greatest("due_on", "snoozed_until"), output_field=models.DateField(null=True), db_persist=True
    )
    completed_at = models.DateTimeField(null=True)
    completed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    cancelled_at = models.DateTimeField(null=True)
    rrule = models.CharField(max_length=200, blank=True)  # RFC 5545, beginning with `due_on`
    # The one whose completion made this one: unique, so that completing twice makes one next occurrence.
    follows = models.OneToOneField("self", null=True, on_delete=models.SET_NULL, related_name="next")
    position = models.FloatField(default=0)  # among those of its state, on the board
    # The last change of it, its people or its checklist: lists mark what is new to their readers.
    changed_at = models.DateTimeField(null=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    uid = models.CharField(max_length=255, blank=True, default="", db_default="")  # of one that an .ics file brought

    objects = TaskQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["shown_on", "priority", "activity"],
                name="task_open_by_day",
                condition=Q(state__in=["open", "in_progress", "waiting"]),
            ),
            models.Index(fields=["state", "position"], name="task_board"),
            models.Index(fields=["uid"], name="task_by_uid", condition=~Q(uid="")),
            models.Index(fields=["changed_at"], name="task_changed", condition=Q(changed_at__isnull=False)),
            models.Index(
                fields=["-completed_at", "-activity"],
                name="task_done_latest",
                condition=Q(completed_at__isnull=False),
            ),
            models.Index(
                fields=["completed_by", "-completed_at"], name="task_completed", condition=Q(completed_at__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="task_done_has_a_time",
                condition=Q(state="done", completed_at__isnull=False)
                | (~Q(state="done") & Q(completed_at__isnull=True, completed_by__isnull=True)),
            ),
            models.CheckConstraint(
                name="task_cancelled_has_a_time",
                condition=Q(state="cancelled", cancelled_at__isnull=False)
                | (~Q(state="cancelled") & Q(cancelled_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="task_time_has_a_day", condition=Q(due_at__isnull=True) | Q(due_on__isnull=False)
            ),
            models.CheckConstraint(name="task_repeats_from_a_day", condition=Q(rrule="") | Q(due_on__isnull=False)),
            models.CheckConstraint(name="task_priority_is_known", condition=Q(priority__in=[1, 2, 3])),
        ]

    def __str__(self) -> str:
        return self.activity.subject

    @property
    def is_over(self) -> bool:
        return self.state not in self.OPEN

    @property
    def due_moment(self) -> datetime | None:
        """When it is due, to the minute; a day alone begins at nine by its zone's clocks."""
        return moment_of(self.due_on, self.due_at, self.zone) if self.due_on else None


def moment_of(day: date, at: time | None, zone: str) -> datetime:
    """The moment when the clocks of `zone` show that day and time; of two, the first (RFC 5545, 3.3.5)."""
    return datetime.combine(day, at or DAY_BEGINS, ZoneInfo(zone))


class TaskAssignee(models.Model):
    """Whose duty a task is; that says nothing about who sees it or is told of it."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="assignees", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    assigned_at = models.DateTimeField()
    is_over = models.BooleanField(default=False)  # a copy: somebody's open tasks are few among all they ever had

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "user"], name="task_assignee_once")]
        indexes = [
            models.Index(fields=["user", "task"], name="task_assignee_open", condition=Q(is_over=False)),
            models.Index(fields=["user", "-task"], name="task_assignee_all"),
            models.Index(fields=["assigned_by", "-task"], name="task_assignee_given"),
        ]


class TaskItem(models.Model):
    """A line of a task's checklist."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="items", db_index=False)
    text = models.CharField(max_length=300)
    is_done = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["task", "position"], name="task_item_order")]
