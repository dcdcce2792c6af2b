"""Background jobs of the history."""

from __future__ import annotations

from typing import Any

from celery import shared_task


@shared_task
def send_reminders(**kwargs: Any) -> None:
    from apps.activities.services.reminding import send_due
    from apps.core import clock

    send_due(now=clock.now())


@shared_task
def send_digests(**kwargs: Any) -> None:
    from apps.activities.services.digests import send_due
    from apps.core import clock

    send_due(now=clock.now())


@shared_task
def send_pushes(**kwargs: Any) -> None:
    from apps.activities.services.pushing import send_due
    from apps.core import clock

    send_due(now=clock.now())


@shared_task
def extend_series(**kwargs: Any) -> None:
    from apps.activities.services import series
    from apps.core import clock

    series.extend_series(now=clock.now())
