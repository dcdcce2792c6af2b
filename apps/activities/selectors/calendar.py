"""What stands in somebody's calendar, as far as the reader may see it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.urls import reverse

from apps.accounts.models import Team
from apps.accounts.permissions import is_admin
from apps.accounts.selectors import members_of, staff_users
from apps.activities.models import Attendee, Meeting, MeetingQuerySet, Task
from apps.activities.models.stand_ins import stood_in_meetings
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.clock import company_day

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST = 2000  # events of one answer
LONGEST = timedelta(days=100)


@dataclass(frozen=True, slots=True)
class Whose:
    """A calendar: of users (one's own, a colleague's, a team's) or of one contact; `key` names it in addresses."""

    key: str
    title: str = ""
    users: tuple[int, ...] = ()
    entity: int | None = None


def whose_calendar(user: User, key: str, *, today: date) -> Whose | None:
    """The calendar named by "", "user:7", "team:3" or "contact:12"; None if there is none that `user` may see."""
    if not key:
        return Whose("", users=(user.pk,))
    kind, _colon, number = key.partition(":")
    if not (number.isascii() and number.isdecimal()) or len(number) > 18:
        return None
    pk = int(number)
    if kind == "user" and (colleague := staff_users().filter(pk=pk).first()):
        return Whose(key, str(colleague), (pk,))
    if kind == "team" and (team := Team.objects.filter(pk=pk).first()):
        return Whose(key, team.name, tuple(members_of(team, on=today)))
    if kind == "contact" and (entity := Entity.objects.visible_to(user).filter(pk=pk).first()):
        return Whose(key, entity.display_name, entity=pk)
    return None


def meetings_of(whose: Whose, *, user: User, start: datetime, end: datetime) -> MeetingQuerySet:
    """The meetings of a calendar that `user` sees, in this span of time, at most LONGEST of it."""
    found = Meeting.objects.visible_to(user).between(start, min(end, start + LONGEST))
    if whose.entity is not None:
        return found.filter(activity__participants__entity=whose.entity)
    stood_in = stood_in_meetings(user, on=company_day(clock.now())) if whose.users == (user.pk,) else None
    if stood_in is None:
        return found.with_user(*whose.users)
    # Two ways in, each by its index.
    mine = Meeting.objects.with_user(user.pk).order_by().values("pk")
    return found.filter(Q(pk__in=mine) | Q(pk__in=stood_in.order_by().values("pk")))


def events_of(whose: Whose, *, user: User, start: datetime, end: datetime) -> list[dict[str, Any]]:
    """Meetings, and tasks on the day they are due, as the calendar's script takes them: always as many queries."""
    meetings = meetings_of(whose, user=user, start=start, end=end).select_related("activity").order_by("pk")[:MOST]
    declined = set(
        Attendee.objects.filter(meeting__in=[each.pk for each in meetings], user=user, answer="declined").values_list(
            "meeting", flat=True
        )
    )
    everything = is_admin(user)
    theirs = stood_in_meetings(user, on=company_day(clock.now())) if meetings and not everything else None
    stood_in: set[int] = set()
    if theirs is not None:
        stood_in = set(theirs.filter(pk__in=[each.pk for each in meetings]).values_list("pk", flat=True))

    def may_change(meeting: Meeting) -> bool:
        own = user.pk in (meeting.activity.actor_id, meeting.organiser_id)
        return everything or own or meeting.pk in stood_in

    return [
        *(_meeting(each, each.pk in declined, may_change(each)) for each in meetings),
        *(_task(each) for each in tasks_due(whose, user=user, start=start, end=end)),
    ]


def tasks_due(whose: Whose, *, user: User, start: datetime, end: datetime) -> list[Task]:
    """Open tasks of this calendar that are due in this span and that `user` sees."""
    found = Task.objects.visible_to(user).open()
    found = found.filter(due_on__gte=start.date(), due_on__lte=min(end, start + LONGEST).date())
    if whose.entity is not None:
        found = found.filter(activity__participants__entity=whose.entity)
    elif whose.users == (user.pk,):
        found = found.of_user(user, on=company_day(clock.now()))
    else:
        found = found.assigned_to(whose.users)
    return list(found.select_related("activity", "activity__actor").order_by("due_on", "pk")[:MOST])


def guests_seen(meeting: Meeting, *, user: User) -> tuple[list[Attendee], int]:
    """Who is asked, as far as `user` may see the contacts, and how many more there are."""
    rows = list(meeting.attendees.select_related("user", "entity").order_by("pk"))
    about = [row.entity_id for row in rows if row.entity_id]
    seen = set(Entity.objects.visible_to(user).filter(pk__in=about).values_list("pk", flat=True)) if about else set()
    shown = [row for row in rows if row.entity_id is None or row.entity_id in seen]
    return shown, len(rows) - len(shown)


def in_order(meetings: Iterable[Meeting]) -> list[Meeting]:
    return sorted(meetings, key=lambda each: (each.begins, each.pk))


def _meeting(meeting: Meeting, is_declined: bool, may_change: bool) -> dict[str, Any]:
    days = meeting.is_all_day
    marks = [meeting.status, *(["declined"] if is_declined else []), *(["series"] if meeting.series_id else [])]
    return {
        "id": str(meeting.pk),
        "title": meeting.activity.subject,
        "start": f"{meeting.starts_on}" if days else _iso(meeting.starts_at),
        "end": f"{meeting.ends_on}" if days else _iso(meeting.ends_at),
        "allDay": days,
        "url": reverse("activities:meeting", args=[meeting.pk]),
        "editable": may_change and not meeting.is_cancelled,
        "className": " ".join(f"event-{mark}" for mark in marks),
        "series": meeting.series_id is not None,
        "move": reverse("activities:meeting_move", args=[meeting.pk]),
    }


def _task(task: Task) -> dict[str, Any]:
    return {
        "id": f"task-{task.pk}",
        "title": task.activity.subject,
        "start": f"{task.due_on}",
        "allDay": True,
        "editable": False,
        "url": reverse("activities:task", args=[task.pk]),
        "className": "event-task",
    }


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
