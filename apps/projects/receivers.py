"""What groups hear from the history and the users below."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from apps.accounts.models import User
from apps.accounts.signals import user_deactivated
from apps.activities.signals import lines_recorded, tasks_changed, tasks_completed
from apps.projects.services.group_events import tell_tasks_done
from apps.projects.services.record_news import keep_facts
from apps.projects.services.retiring import retire_unanswered
from apps.projects.services.task_news import tell_of_tasks


def on_tasks_changed(*, ids: list[int], now: datetime, **kwargs: object) -> None:
    tell_of_tasks(ids)


def on_lines_recorded(*, context_type: str, context_ids: Collection[int], now: datetime, **kwargs: object) -> None:
    keep_facts(context_type=context_type, context_ids=context_ids, now=now)


def on_tasks_completed(*, ids: list[int], now: datetime, **kwargs: object) -> None:
    tell_tasks_done(ids, now=now)


def on_user_deactivated(*, user: User, actor: User | None, now: datetime, **kwargs: object) -> None:
    retire_unanswered(actor=actor, user=user, now=now)


def connect() -> None:
    """Called once, when the app is ready."""
    tasks_changed.connect(on_tasks_changed)
    lines_recorded.connect(on_lines_recorded)
    tasks_completed.connect(on_tasks_completed)
    user_deactivated.connect(on_user_deactivated)
