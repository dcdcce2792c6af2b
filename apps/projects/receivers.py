"""What projects do when the history announces something."""

from __future__ import annotations

from typing import Any

from apps.activities.signals import tasks_completed
from apps.projects.services.group_events import tell_tasks_done


def connect() -> None:
    """Called once, when the app is ready."""
    tasks_completed.connect(_done, dispatch_uid="projects.tasks_done")


def _done(sender: object, **facts: Any) -> None:
    tell_tasks_done(facts["ids"], now=facts["now"])
