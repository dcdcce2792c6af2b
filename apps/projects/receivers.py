"""What groups hear from the history below."""

from __future__ import annotations

from datetime import datetime

from apps.activities.signals import tasks_changed
from apps.projects.services.task_news import tell_of_tasks


def on_tasks_changed(*, ids: list[int], now: datetime, **kwargs: object) -> None:
    tell_of_tasks(ids)


def connect() -> None:
    """Called once, when the app is ready."""
    tasks_changed.connect(on_tasks_changed)
