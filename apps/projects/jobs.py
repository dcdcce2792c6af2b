"""Background jobs of projects."""

from __future__ import annotations

from typing import Any

from celery import shared_task


@shared_task
def post_record_news(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.projects.services.record_news import post_waiting

    post_waiting(now=clock.now())


@shared_task
def sweep_brought_files(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.projects.services.sweeping import sweep_brought_files as sweep

    sweep(now=clock.now())


@shared_task
def fetch_link_titles(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.projects.services.link_titles import fetch_due

    fetch_due(now=clock.now())


@shared_task
def end_guests(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.projects.services.guests import end_run_out

    end_run_out(now=clock.now())
