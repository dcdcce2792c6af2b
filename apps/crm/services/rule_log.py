"""The log of rules is kept for a time and then cleared."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from apps.crm.models import RuleRun

_PORTION = 5000


def clear_rule_log(*, now: datetime) -> int:
    """Remove runs that ended so long ago, some at a time; how many. What waits stays; again is harmless."""
    before = now - timedelta(days=settings.RAPPORT_RULE_LOG_KEPT_DAYS)
    old = RuleRun.objects.filter(at__lt=before).exclude(state=RuleRun.State.WAITING)
    count = 0
    while ids := list(old.order_by("at", "pk").values_list("pk", flat=True)[:_PORTION]):
        count += RuleRun.objects.filter(pk__in=ids).delete()[0]
    return count
