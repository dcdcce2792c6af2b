"""How users want to be told: their preferences by event, over the house's defaults."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from apps.activities.models import Notice, NoticePreference
from apps.core.contributions import shown_entity

if TYPE_CHECKING:
    from apps.accounts.models import User

Event = Notice.Event
Mail = NoticePreference.Mail
MORNING = 7  # hour of the reader's own day at which what gathered since yesterday goes out, unless they chose another


@dataclass(frozen=True, slots=True)
class Wish:
    in_app: bool = True
    push: bool = True
    mail: str = Mail.NEVER


# What one is asked to do is told by mail too, once a day; what one only watches is not. A reminder has its own ways.
_DEFAULTS = {
    Event.ASSIGNED: Wish(mail=Mail.DAILY),
    Event.INVITED: Wish(mail=Mail.DAILY),
    Event.ESCALATED: Wish(mail=Mail.AT_ONCE),
    **dict.fromkeys((Event.SHIPPED, Event.ON_HOLD, Event.PLANNED, Event.PROMISE, Event.NEWS), Wish(mail=Mail.DAILY)),
    Event.HANDED_OVER: Wish(mail=Mail.DAILY),
    **dict.fromkeys((Event.CLAIM_ANSWER, Event.DECIDED, Event.MESSAGE), Wish(mail=Mail.AT_ONCE)),
}
OF_DEALERS = (
    *(Event.ACCEPTED, Event.SHIPPED, Event.DELIVERED, Event.ON_HOLD, Event.PLANNED, Event.PROMISE),
    *(Event.CLAIM_ANSWER, Event.DECIDED, Event.MESSAGE, Event.NEWS),
)
OF_STAFF = tuple(event for event in Event if event not in OF_DEALERS)


def events_of(user: User) -> tuple[Notice.Event, ...]:
    """What this user may be told of, in the order in which a page shows it."""
    return OF_DEALERS if shown_entity(user) is not None else OF_STAFF


def default_wish(event: str) -> Wish:
    return _DEFAULTS.get(Event(event), Wish())


def wishes_of(user: User) -> dict[str, Wish]:
    """By event, in the order in which a page shows them."""
    kept = {row.event: row for row in NoticePreference.objects.filter(user=user)}
    return {
        event.value: Wish(kept[event].in_app, kept[event].push, kept[event].mail)
        if event in kept
        else default_wish(event)
        for event in events_of(user)
    }


def wishes_about(events: Collection[str], user_ids: Collection[int]) -> dict[tuple[int, str], Wish]:
    """What these users chose for these events; whoever chose nothing is missing (`default_wish`)."""
    rows = NoticePreference.objects.filter(event__in=events, user__in=user_ids)
    return {(row.user_id, row.event): Wish(row.in_app, row.push, row.mail) for row in rows}


def mail_due_at(mode: str, *, zone: ZoneInfo, now: datetime, hour: int = MORNING) -> datetime | None:
    """When a mail about something that happens `now` goes out; None is never.

    Once a day is at `hour` in `zone`. On the day that has no such hour it is when that would have begun, on the day
    that has it twice the first one.
    """
    if mode == Mail.AT_ONCE:
        return now
    if mode == Mail.HOURLY:
        return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if mode == Mail.DAILY:
        today = now.astimezone(zone).date()
        due = datetime.combine(today, time(hour), tzinfo=zone).astimezone(UTC)
        if due <= now:
            due = datetime.combine(today + timedelta(days=1), time(hour), tzinfo=zone).astimezone(UTC)
        return due.astimezone(now.tzinfo)
    return None
