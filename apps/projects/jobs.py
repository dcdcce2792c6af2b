"""Background jobs of projects."""

from __future__ import annotations

from typing import Any

from celery import shared_task


@shared_task
def end_guests(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.projects.services.guests import end_run_out

    end_run_out(now=clock.now())
