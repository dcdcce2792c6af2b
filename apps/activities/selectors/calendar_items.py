"""Meetings as iCalendar says them, with the guests that the reader may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from apps.activities.formats.ical_items import Item, Person, When
from apps.activities.formats.recurrence import local
from apps.activities.models import Attendee, Meeting, Series, Task
from apps.activities.models.spans import Span
from apps.contacts.models import Entity

if TYPE_CHECKING:
    from apps.accounts.models import User

_PRIORITIES = {Task.Priority.HIGH: 1, Task.Priority.NORMAL: 5, Task.Priority.LOW: 9}  # RFC 5545, 3.8.1.9


def items_of(meetings: Sequence[Meeting], *, user: User | None) -> list[Item]:
    """One item a meeting; a series is one with its rule, and one more for each that differs from it.

    With `user` contacts that they may not see are left out; None is the house itself, which invites. As many queries
    whatever there is.
    """
    guests = _guests(meetings, user)
    items: list[Item] = []
    series: dict[int | None, tuple[Series, list[Meeting]]] = {}
    for meeting in meetings:
        if meeting.series is None:
            items.append(_item(meeting, guests))
        else:
            series.setdefault(meeting.series_id, (meeting.series, []))[1].append(meeting)
    for each, own in series.values():
        items += _series(each, own, guests)
    return items


def _series(series: Series, meetings: Sequence[Meeting], guests: dict[int, list[Person]]) -> Iterable[Item]:
    alike = [each for each in meetings if not each.is_apart and not each.is_cancelled]
    pattern = min(alike or meetings, key=lambda each: each.recurrence_id)
    span = Span.of(pattern).at(local(series.local_start))
    base = _item(pattern, guests)
    yield Item(
        kind="event",
        uid=series.uid,
        subject=base.subject,
        when=When(span.start, span.end, span.zone, span.is_all_day),
        sequence=series.sequence,
        text=base.text,
        place=base.place,
        status=base.status if alike else "cancelled",
        is_private=base.is_private,
        rule=series.rule,
        extra=[local(each) for each in series.extra],
        left_out=[local(each) for each in series.left_out],
        organiser=base.organiser,
        people=base.people,
    )
    if alike:
        for each in meetings:
            if each.is_apart or each.is_cancelled:
                yield _item(each, guests)


def item_of(meeting: Meeting, *, user: User | None) -> Item:
    """One meeting by itself, also one of a series."""
    return _item(meeting, _guests([meeting], user))


def todo_of(task: Task) -> Item:
    """A task as a VTODO; its assignees are asked (RFC 5546, 3.4)."""
    author = task.activity.actor
    return Item(
        kind="todo",
        uid=task.uid or f"task-{task.pk}@rapport",
        subject=task.activity.subject,
        text=task.activity.snippet,
        status="open" if task.state in Task.OPEN else str(task.state),
        is_private=task.activity.visibility != "public",
        due_on=task.due_on,
        due_at=task.due_moment if task.due_at is not None else None,
        completed_at=task.completed_at,
        priority=_PRIORITIES[Task.Priority(task.priority)],
        organiser=Person(author.email, str(author)) if author else None,
    )


def _item(meeting: Meeting, guests: dict[int, list[Person]]) -> Item:
    span = Span.of(meeting)
    organiser = meeting.organiser
    return Item(
        kind="event",
        uid=meeting.uid,
        subject=meeting.activity.subject,
        when=When(span.start, span.end, span.zone, span.is_all_day),
        recurrence=local(meeting.recurrence_id) if meeting.recurrence_id else None,
        series_zone=meeting.series.zone if meeting.series else "",
        series_has_days=meeting.series.is_all_day if meeting.series else False,
        sequence=meeting.sequence,
        text=meeting.activity.snippet,
        place=meeting.place,
        status=str(meeting.status),
        is_private=meeting.activity.visibility != "public",
        organiser=Person(organiser.email, str(organiser)) if organiser else None,
        people=guests.get(meeting.pk, []),
    )


def _guests(meetings: Sequence[Meeting], user: User | None) -> dict[int, list[Person]]:
    rows = Attendee.objects.filter(meeting__in=[each.pk for each in meetings]).exclude(email="").order_by("pk")
    if user is not None:
        seen = Entity.objects.visible_to(user).values("pk")
        rows = rows.filter(entity=None) | rows.filter(entity__in=seen)
    found: dict[int, list[Person]] = {}
    for row in rows.select_related("user", "entity").order_by("pk"):
        named = row.user or (row.entity.display_name if row.entity else row.name)
        person = Person(row.email, str(named or ""), row.answer, row.role == Attendee.Role.OPTIONAL)
        found.setdefault(row.meeting_id, []).append(person)
    return found
