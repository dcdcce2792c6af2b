"""Timelines and reminders that follow a meeting to where it now stands in time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from apps.activities.models import Meeting
from apps.activities.services.guests import relink
from apps.activities.services.recording import follow_moments


def settle_undone(ids: Sequence[int], now: datetime) -> None:
    """After an undo: what hangs on a meeting's times and guests, anew."""
    meetings = list(Meeting.objects.select_related("activity").filter(pk__in=ids).order_by("pk"))
    relink(meetings, now=now)
    follow_moments([each.pk for each in meetings], now=now)
