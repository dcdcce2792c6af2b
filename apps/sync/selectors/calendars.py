"""A user's calendar as phones see it: one collection of their tasks, one of their meetings."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from apps.activities.formats.ical_items import Item
from apps.activities.formats.ical_write import write_calendar
from apps.activities.models import Attendee, Meeting, Task
from apps.activities.selectors.calendar_items import items_of, todo_of

if TYPE_CHECKING:
    from apps.accounts.models import User

TASKS, MEETINGS = "tasks", "meetings"
BACK, AHEAD = timedelta(days=183), timedelta(days=548)
DONE_FOR = timedelta(days=30)  # so long what is done stays on the phone
MOST = 5000
_STAMP = datetime(2026, 1, 1, tzinfo=UTC)  # the same text for the same meeting, whenever it is asked for
_PLAIN = re.compile(r"[A-Za-z0-9@._-]{1,200}")


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """What a phone has as one file: a task, or a meeting with all that belongs to its series."""

    uid: str
    href: str
    etag: str
    items: tuple[Item, ...]

    @property
    def component(self) -> str:
        return "VTODO" if self.items[0].kind == "todo" else "VEVENT"

    def text(self) -> str:
        return write_calendar(self.items, stamp=_STAMP).decode()


def task_rows(user: User, *, now: datetime) -> list[CalendarRow]:
    """Tasks that `user` has in hand, and what they finished lately."""
    return [_row(f"task-{task.pk}", (todo_of(task),)) for task in _tasks(user, now)[:MOST]]


def task_at(user: User, href: str, *, now: datetime) -> Task | None:
    """The task that a phone knows by this name."""
    found = next((row for row in task_rows(user, now=now) if row.href == href), None)
    if found is None:
        return None
    by_uid = {todo_of(task).uid: task for task in _tasks(user, now)}
    return by_uid.get(found.uid)


def meeting_rows(user: User, *, now: datetime) -> list[CalendarRow]:
    """Meetings that `user` asked to or was asked to, those that are called off or declined left out."""
    found = Meeting.objects.visible_to(user).between(now - BACK, now + AHEAD).with_user(user.pk)
    declined = Attendee.objects.filter(user=user, answer=Attendee.Answer.DECLINED)
    found = found.exclude(pk__in=declined.values("meeting"))
    found = found.select_related("activity", "activity__category", "series", "organiser").order_by("pk")
    grouped: dict[str, list[Item]] = {}
    for item in items_of(list(found[:MOST]), user=user):
        grouped.setdefault(item.uid, []).append(item)
    rows = []
    for uid, items in grouped.items():
        if any(item.status != "cancelled" for item in items):
            digest = hashlib.sha256(uid.encode()).hexdigest()[:24]
            rows.append(_row(f"meeting-{digest}", tuple(items)))
    return rows


def meetings_at(user: User, uid: str) -> list[Meeting]:
    """All of one UID that `user` sees, the series' first one first."""
    found = Meeting.objects.visible_to(user).with_user(user.pk).filter(Q(uid=uid) | Q(series__uid=uid))
    return list(found.select_related("activity", "series", "organiser").order_by("recurrence_id", "pk"))


def _tasks(user: User, now: datetime) -> QuerySet[Task]:
    lately = Q(completed_at__gte=now - DONE_FOR)
    found = Task.objects.visible_to(user).assigned_to([user.pk]).filter(Q(state__in=Task.OPEN) | lately)
    return found.select_related("activity", "activity__actor").order_by("pk")


def _row(name: str, items: tuple[Item, ...]) -> CalendarRow:
    uid = items[0].uid
    digest = hashlib.sha256(repr(items).encode()).hexdigest()[:32]
    return CalendarRow(uid, f"{uid if _PLAIN.fullmatch(uid) else name}.ics", digest, items)
