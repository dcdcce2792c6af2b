"""The secret address under which other programs read one user's calendar, and files of meetings."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from apps.accounts.permissions import is_staff_member
from apps.activities.formats.ical_items import Item
from apps.activities.formats.ical_write import write_calendar
from apps.activities.models import CalendarFeed, Meeting
from apps.activities.selectors.calendar import Whose, tasks_due
from apps.activities.selectors.calendar_items import item_of, items_of, todo_of
from apps.core import secrets as sealed

if TYPE_CHECKING:
    from apps.accounts.models import User

BACK = timedelta(days=366)
AHEAD = timedelta(days=548)
_MOST = 5000  # meetings of one file
_LONG = 64  # letters of a token that may be one


@transaction.atomic
def make_feed(*, actor: User, now: datetime) -> str:
    """Return a new token for the actor's own feed; the one before stops working at once."""
    if not is_staff_member(actor):
        raise PermissionDenied
    token = secrets.token_urlsafe(32)
    CalendarFeed.objects.update_or_create(
        user=actor, defaults={"digest": _digest(token), "token": sealed.encrypt(token), "made_at": now}
    )
    return token


def token_of(user: User) -> str:
    """The token that is in force, "" if there is none."""
    feed = CalendarFeed.objects.filter(user=user).first()
    return sealed.decrypt(feed.token) if feed else ""


def user_of_token(token: str) -> User | None:
    """Whose feed it is; None also for whoever is no longer let in."""
    if len(token) > _LONG:
        return None
    feed = CalendarFeed.objects.select_related("user").filter(digest=_digest(token), user__is_active=True).first()
    return feed.user if feed and is_staff_member(feed.user) else None


def calendar_file(*, user: User, now: datetime, name: str = "") -> bytes:
    """The user's calendar from a year ago on, with what they may read and nothing else."""
    return write_calendar(calendar_items(user=user, now=now), stamp=now, name=name)


def calendar_items(*, user: User, now: datetime) -> list[Item]:
    start, end = now - BACK, now + AHEAD
    found = Meeting.objects.visible_to(user).between(start, end).with_user(user.pk)
    found = found.select_related("activity", "series", "organiser").order_by("pk")
    whose = Whose("", users=(user.pk,))
    tasks = tasks_due(whose, user=user, start=now - timedelta(days=31), end=now + timedelta(days=60))
    return [*items_of(list(found[:_MOST]), user=user), *map(todo_of, tasks)]


def meeting_file(meeting: Meeting, *, user: User, now: datetime) -> bytes:
    """One meeting as a file of its own; of a series this one alone."""
    return write_calendar([item_of(meeting, user=user)], stamp=now)


def plain_items(items: list[Item]) -> list[dict[str, Any]]:
    """Items as JSON."""
    return [
        {
            "kind": each.kind,
            "uid": each.uid,
            "subject": each.subject,
            "starts": each.when.start.isoformat() if each.when else None,
            "ends": each.when.end.isoformat() if each.when else None,
            "zone": each.when.zone if each.when else None,
            "all_day": each.when.is_all_day if each.when else False,
            "due_on": each.due_on.isoformat() if each.due_on else None,
            "rule": each.rule,
            "recurrence": each.recurrence.isoformat() if each.recurrence else None,
            "place": each.place,
            "text": each.text,
            "status": each.status,
            "people": [{"email": person.email, "name": person.name, "answer": person.answer} for person in each.people],
        }
        for each in items
    ]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
