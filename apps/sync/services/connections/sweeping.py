"""A log and a list of events that don't grow for ever."""

from __future__ import annotations

from datetime import datetime, timedelta

from apps.sync.models import AnalyticsEvent, ConnectionRun

KEPT = timedelta(days=30)
_PORTION = 5000


def forget_old(*, now: datetime) -> int:
    """Remove rounds and settled events of more than a month ago, a portion of each; returns how many."""
    runs = ConnectionRun.objects.filter(ended_at__lt=now - KEPT).order_by("pk").values("pk")[:_PORTION]
    events = AnalyticsEvent.objects.filter(settled_at__lt=now - KEPT).exclude(state=AnalyticsEvent.State.QUEUED)
    removed = ConnectionRun.objects.filter(pk__in=runs).delete()[0]
    return removed + AnalyticsEvent.objects.filter(pk__in=events.order_by("pk").values("pk")[:_PORTION]).delete()[0]
