"""What beat looks after: events whose nudge was lost or whose worker died, and a log that doesn't grow for ever."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.cache import cache

from apps.core.jobs import nudge, send_webhooks
from apps.core.models import WebhookDelivery, WebhookEndpoint, WebhookEvent

KEPT = timedelta(days=30)  # how far back events can be replayed
_PORTION = 5000


def sweep(*, now: datetime) -> bool:
    """Wake a worker where something is due; once an hour forget what is old. Says whether something was due."""
    able = WebhookEndpoint.objects.filter(state=WebhookEndpoint.State.ACTIVE, removed_at__isnull=True)
    due = WebhookDelivery.objects.filter(endpoint__in=able, state=WebhookDelivery.State.QUEUED, not_before__lte=now)
    is_due = due.exists()
    if is_due:
        nudge(send_webhooks)
    if cache.add("webhooks:forgotten", 1, timeout=3600):
        forget_old(now=now)
    return is_due


def forget_old(*, now: datetime) -> int:
    """Remove events, with their log, that are older than can be replayed; returns how many."""
    old = WebhookEvent.objects.filter(made_at__lt=now - KEPT).order_by("made_at").values("pk")[:_PORTION]
    pks = [row["pk"] for row in old]
    WebhookDelivery.objects.filter(event__in=pks).delete()
    WebhookEvent.objects.filter(pk__in=pks).delete()
    return len(pks)
