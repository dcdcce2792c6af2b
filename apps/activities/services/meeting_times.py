"""Timelines and reminders that follow a meeting to where it now stands in time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import OuterRef, Subquery

from apps.activities.models import Activity, ActivityEntity, Meeting
from apps.activities.services.guests import relink
from apps.activities.signals import activities_moved


def settle_times(activities: Sequence[Activity], *, now: datetime) -> None:
    """Let timelines and reminders follow where entries now stand in time."""
    own = Activity.objects.filter(pk=OuterRef("activity")).values("occurred_at")
    ActivityEntity.objects.filter(activity__in=activities).update(occurred_at=Subquery(own))
    if activities:
        activities_moved.send(sender=Activity, ids=[each.pk for each in activities], now=now)


def settle_undone(ids: Sequence[int], now: datetime) -> None:
    """After an undo: what hangs on a meeting's times and guests, anew."""
    meetings = list(Meeting.objects.select_related("activity").filter(pk__in=ids).order_by("pk"))
    relink(meetings, now=now)
    settle_times([each.activity for each in meetings], now=now)
