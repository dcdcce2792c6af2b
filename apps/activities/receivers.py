"""What the history does when others announce something."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.signals import user_logged_out

from apps.accounts.signals import preferences_changed, sessions_ending
from apps.activities.models.notices import TRASHED
from apps.activities.selectors.pushing import IN_SESSION
from apps.activities.services.guests import forget_guests
from apps.activities.services.notes import forget_entities
from apps.activities.services.pushing import unsubscribe
from apps.activities.services.reminders import follow
from apps.activities.services.task_mails import mail_tasks
from apps.activities.services.watching import forget_watches, tell_addressed, tell_of_changes, tell_of_entry
from apps.activities.services.wishes import move_digest
from apps.activities.signals import activities_moved, activity_recorded, people_addressed
from apps.contacts.signals import entities_purging, entities_trashed, entities_updated

if TYPE_CHECKING:
    from allauth.usersessions.models import UserSession
    from django.http import HttpRequest

    from apps.accounts.models import User
    from apps.activities.models import Activity
    from apps.core.models import Operation


def on_entities_purging(*, ids: list[int], **kwargs: object) -> None:
    forget_watches(ids=ids)
    forget_guests(ids=ids)
    forget_entities(ids=ids)


def on_entities_updated(*, ids: list[int], operation: Operation | None, now: datetime, **kwargs: object) -> None:
    verb, actor_id = (operation.verb, operation.actor_id) if operation else ("entity.updated", None)
    tell_of_changes(ids, verb=verb, actor_id=actor_id, now=now)


def on_entities_trashed(*, ids: list[int], operation: Operation, now: datetime, **kwargs: object) -> None:
    tell_of_changes(ids, verb=TRASHED, actor_id=operation.actor_id, now=now)


def on_activity_recorded(*, activity: Activity, actor: User | None, now: datetime, **kwargs: object) -> None:
    tell_of_entry(activity, actor=actor, now=now)


def on_activities_moved(*, ids: list[int], now: datetime, **kwargs: object) -> None:
    follow(ids, now=now)


def on_people_addressed(
    *, asked: Mapping[int, Collection[int]], verb: str, actor: User | None, now: datetime, **kwargs: object
) -> None:
    tell_addressed(asked, verb=verb, actor=actor, now=now)
    if verb == "task.assigned" and actor is not None:
        mail_tasks(asked, actor=actor, now=now)


def on_signed_out(request: HttpRequest, user: User | None, **kwargs: object) -> None:
    if user is not None and (endpoint := request.session.get(IN_SESSION)):
        unsubscribe(actor=user, endpoint=endpoint)


def on_sessions_ending(sessions: Sequence[UserSession], **kwargs: object) -> None:
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for session in sessions:
        if endpoint := store(session.session_key).get(IN_SESSION):
            unsubscribe(actor=session.user, endpoint=endpoint)


def on_preferences_changed(*, user: User, changes: frozenset[str], now: datetime, **kwargs: object) -> None:
    if changes & {"digest_hour", "time_zone"}:
        move_digest(user=user, now=now)


def connect() -> None:
    """Called once, when the app is ready."""
    entities_purging.connect(on_entities_purging)
    entities_updated.connect(on_entities_updated)
    entities_trashed.connect(on_entities_trashed)
    activity_recorded.connect(on_activity_recorded)
    activities_moved.connect(on_activities_moved)
    people_addressed.connect(on_people_addressed)
    user_logged_out.connect(on_signed_out)
    sessions_ending.connect(on_sessions_ending)
    preferences_changed.connect(on_preferences_changed)
