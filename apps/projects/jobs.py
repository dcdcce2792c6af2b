"""Background jobs of groups."""

from __future__ import annotations

from typing import Any

from celery import shared_task


@shared_task
def post_record_news(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.projects.services.record_news import post_waiting

    post_waiting(now=clock.now())
