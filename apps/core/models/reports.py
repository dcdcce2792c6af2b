"""Reports that come by mail, and the cards of Home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from datetime import datetime

    from apps.accounts.models import User


class ReportScheduleQuerySet(models.QuerySet["ReportSchedule"]):
    def visible_to(self, user: User) -> ReportScheduleQuerySet:
        return self.filter(owner=user.pk)

    def due(self, now: datetime) -> ReportScheduleQuerySet:
        return self.filter(paused_at__isnull=True, next_at__lte=now)


class ReportSchedule(models.Model):
    """A report that goes out by mail; each recipient gets what they may see themselves.

    `query` is what is asked, its days named ("last_month") so that they move. `due_at` is the turn that the next mail
    is for, at `hour` by the company's clocks; `next_at` is later where sending failed and is tried again.
    """

    class Every(models.TextChoices):
        DAY = "day", _("Every day")
        WEEK = "week", _("Every week")
        MONTH = "month", _("Every month")

    report = models.CharField(max_length=60)
    query = models.CharField(max_length=1000)
    every = models.CharField(max_length=5, choices=Every)
    weekday = models.PositiveSmallIntegerField(default=0)  # Monday is 0
    day = models.PositiveSmallIntegerField(default=1)  # of a month; of a shorter one the last
    hour = models.PositiveSmallIntegerField(default=7)
    formats = ArrayField(models.CharField(max_length=5))
    language = models.CharField(max_length=10)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    recipients = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    created_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    next_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True)

    objects = ReportScheduleQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["next_at"], name="report_schedule_due", condition=Q(paused_at__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(
                name="report_schedule_turn_is_possible",
                condition=Q(weekday__lte=6, day__gte=1, day__lte=31, hour__lte=23),
            )
        ]


class HomeLayout(models.Model):
    """The cards that a user has chosen for Home; who has chosen none has those of their roles."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    slots = models.JSONField(default=list)  # see apps/core/home/slots.py
