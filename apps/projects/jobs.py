"""Background jobs of groups."""

from __future__ import annotations

from typing import Any

from celery import shared_task


@shared_task
def fetch_link_titles(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.projects.services.link_titles import fetch_due

    fetch_due(now=clock.now())
