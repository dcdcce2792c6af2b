"""Invitations by mail (RFC 5546, 6047): sent when a meeting is planned or changed, taken back when it is called off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _

from apps.accounts.formatting import date_text, datetime_text
from apps.accounts.preferences import reading_as
from apps.activities.formats.ical_write import write_calendar
from apps.activities.models import Attendee, Meeting, Series
from apps.activities.selectors.calendar_items import item_of, items_of
from apps.core.services.outbox import queue_message

if TYPE_CHECKING:
    from apps.accounts.models import Preferences, User


def invite(
    meeting: Meeting,
    *,
    actor: User,
    now: datetime,
    method: str = "REQUEST",
    whole: bool = False,
    to: Sequence[Attendee] | None = None,
) -> int:
    """Mail the meeting, or the `whole` series, to whom it is for (or `to`), as far as they have an address.

    The actor isn't told what they do; nobody is invited to what is over. Returns how many mails are queued; the same
    version goes to the same address once.
    """
    if whole and meeting.series is not None:
        return _send_series(meeting.series, meeting, method, to, actor, now)
    if meeting.ends < now:
        return 0
    rows = list(meeting.attendees.select_related("user")) if to is None else to
    content = write_calendar([item_of(meeting, user=None)], stamp=now, method=method)
    key = f"{meeting.uid}:{meeting.recurrence_id}:{meeting.sequence}:{method}"
    return _send(meeting, rows, content, method, key, actor, now)


def invite_series(series: Series, *, actor: User, now: datetime) -> int:
    """Mail what has become of a series, to whom its last one is for."""
    last = series.meetings.select_related("activity").order_by("-recurrence_id").first()
    return _send_series(series, last, "REQUEST", None, actor, now) if last else 0


def _send_series(
    series: Series, meeting: Meeting, method: str, to: Sequence[Attendee] | None, actor: User, now: datetime
) -> int:
    found = series.meetings.filter(activity__removed_at=None).select_related("activity", "series", "organiser")
    meetings = list(found.order_by("recurrence_id"))
    if not meetings or meetings[-1].ends < now:
        return 0
    rows = list(meeting.attendees.select_related("user")) if to is None else to
    content = write_calendar(items_of(meetings, user=None), stamp=now, method=method)
    return _send(meeting, rows, content, method, f"{series.uid}:{series.sequence}:{method}", actor, now)


def _send(
    meeting: Meeting, rows: Sequence[Attendee], content: bytes, method: str, key: str, actor: User, now: datetime
) -> int:
    sent = 0
    for row in rows:
        if not row.email or row.email == actor.email or row.user_id == actor.pk:
            continue
        with reading_as(row.user) as preferences:
            message = _message(meeting, row.email, content, method, actor, preferences)
        queue_message(message=message, now=now, dedupe_key=f"meeting:{key}:{row.email}"[:200])
        sent += 1
    return sent


def _message(
    meeting: Meeting, address: str, content: bytes, method: str, actor: User, preferences: Preferences
) -> EmailMultiAlternatives:
    named = {"title": meeting.activity.subject, "name": str(actor)}
    when = (
        date_text(preferences, meeting.starts_on, weekday=True)
        if meeting.starts_on
        else datetime_text(preferences, meeting.begins, weekday=True)
    )
    if method == "CANCEL":
        subject, first = _("Called off: %(title)s") % named, _("%(name)s has called off this meeting.") % named
    elif meeting.sequence:
        subject, first = _("Changed: %(title)s") % named, _("%(name)s has changed this meeting.") % named
    else:
        subject, first = _("Invitation: %(title)s") % named, _("%(name)s asks you to this meeting.") % named
    lines = [first, "", named["title"], when, *([meeting.place] if meeting.place else [])]
    body = "\n".join([*lines, *(["", meeting.activity.snippet] if meeting.activity.snippet else [])])
    message = EmailMultiAlternatives(" ".join(subject.split()), body, to=[address], reply_to=[actor.email])
    # Programs act upon the part that names its method (RFC 6047, 2.4); people save the file.
    message.attach_alternative(content.decode(), f"text/calendar; method={method}")
    message.attach("invite.ics", content, "application/ics")
    return message
