"""Sending reminders that are due, each in the transaction that settles it: none is lost, none comes twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.preferences import reading_as
from apps.activities.models import Activity, ActivityEntity, Notice, Reminder
from apps.activities.selectors.addresses import absolute, home_of
from apps.activities.selectors.kinds import kinds_named
from apps.activities.services.telling import News, tell
from apps.contacts.models import Entity
from apps.core.services import outbox

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

PORTION = 50

Channel = Reminder.Channel
Outcome = Reminder.Outcome


@dataclass
class Counts:
    """What one run did; `skipped` is the sum of what follows it."""

    due: int = 0
    sent: int = 0
    skipped: int = 0
    removed: int = 0
    over: int = 0
    unseen: int = 0
    no_address: int = 0

    def note(self, outcome: str) -> None:
        self.due += 1
        if outcome == Outcome.SENT:
            self.sent += 1
        else:
            self.skipped += 1
            setattr(self, outcome, getattr(self, outcome) + 1)

    def as_json(self) -> dict[str, int]:
        return asdict(self)


def send_due(*, now: datetime, portion: int = PORTION) -> Counts:
    """Send what is due at `now`, oldest first, portion by portion; several processes may do so at once.

    A portion's notices and mails are written by the transaction that settles its reminders: whoever dies on the way
    leaves all of them to the next one.
    """
    counts = Counts()
    while True:
        with transaction.atomic():
            due = Reminder.objects.select_for_update(skip_locked=True, of=("self",)).due(now)
            rows = list(due.select_related("activity", "user", "entity").order_by("remind_at", "pk")[:portion])
            if not rows:
                return counts
            seen = _seen(rows)
            for row in rows:
                row.settled_at, row.outcome = now, _send(row, row.pk in seen, now)
            Reminder.objects.bulk_update(rows, ["settled_at", "outcome"])
        for row in rows:
            counts.note(row.outcome)


def _send(row: Reminder, seen: bool, now: datetime) -> str:
    if row.activity.removed_at is not None:
        return Outcome.REMOVED
    if row.activity.facts.get("is_over"):
        return Outcome.OVER
    if not seen:
        return Outcome.UNSEEN
    if row.user is not None and row.channel == Channel.APP:
        news = News(row.user.pk, Notice.Event.REMINDER, "reminder.due", activity_id=row.activity_id)
        tell([news], actor_id=None, now=now)
    elif row.user is not None:
        with reading_as(row.user):
            _mail(row, row.user.email, now)
    elif row.entity is not None:
        if not row.entity.primary_email:
            return Outcome.NO_ADDRESS
        with reading_as(None, language=_language(row.entity), zone=row.entity.time_zone):
            _mail(row, row.entity.primary_email, now)
    return Outcome.SENT


def _mail(row: Reminder, address: str, now: datetime) -> None:
    """In the language and zone at hand. A contact is told what and when, no more."""
    activity = row.activity
    person = f"user{row.user_id}" if row.user_id else f"contact{row.entity_id}"
    title = activity.subject or str(kinds_named([activity.kind])[activity.kind].title)
    context = {
        "title": title,
        "at": timezone.localtime(activity.occurred_at),
        "is_day": bool(activity.facts.get("all_day") or activity.facts.get("due_on")),
        "zone": timezone.get_current_timezone_name(),
        "text": activity.snippet if row.user_id else "",
        "link": absolute(home_of(activity)) if row.user_id else "",
        "is_colleague": row.user_id is not None,
    }
    outbox.queue_mail(
        to=address,
        subject=_line("activities/mail/reminder_subject.txt", context),
        body=render_to_string("activities/mail/reminder_body.txt", context),
        dedupe_key=f"reminder:{row.activity_id}:{person}:{row.remind_at.timestamp():.0f}",
        now=now,
    )


def _line(template: str, context: dict[str, object]) -> str:
    words: SafeString = render_to_string(template, context)
    return " ".join(words.split())


def _language(entity: Entity) -> str:
    """The contact's language where the house speaks it, else the house's own."""
    code = entity.language.lower().replace("_", "-")
    known = [name for name, _title in settings.LANGUAGES]
    return next((each for each in (code, code.partition("-")[0]) if each in known), settings.LANGUAGE_CODE)


def _seen(rows: Iterable[Reminder]) -> set[int]:
    """Those of the reminders whose person may still see the entry: a contact while it is about them."""
    by_user: dict[int, list[Reminder]] = {}
    by_contact: dict[int, list[Reminder]] = {}
    users: dict[int, User] = {}
    for row in rows:
        if row.user is not None:
            users[row.user.pk] = row.user
            by_user.setdefault(row.user.pk, []).append(row)
        elif row.entity is not None and row.entity.trashed_at is None and row.entity.merged_into_id is None:
            by_contact.setdefault(row.entity.pk, []).append(row)
    seen: set[int] = set()
    for pk, mine in by_user.items():
        if not users[pk].is_active:
            continue
        found = Activity.objects.visible_to(users[pk]).filter(pk__in=[row.activity_id for row in mine])
        readable = set(found.values_list("pk", flat=True))
        seen.update(row.pk for row in mine if row.activity_id in readable)
    if by_contact:
        links = ActivityEntity.objects.filter(entity__in=by_contact, via_employer=False)
        about = set(links.values_list("activity_id", "entity_id"))
        seen.update(row.pk for mine in by_contact.values() for row in mine if (row.activity_id, row.entity_id) in about)
    return seen
