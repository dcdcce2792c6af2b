"""Answers to our invitations (METHOD:REPLY, RFC 5546, 3.2.3), wherever they come from."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from apps.activities.formats.ical_items import Item
from apps.activities.models import Attendee, Meeting
from apps.activities.services.meetings import set_answer
from apps.core.services.operations import operate

if TYPE_CHECKING:
    from apps.accounts.models import User


class ReplyRefused(Exception):
    """The answer isn't taken; the text says why."""


def take_reply(*, actor: User, item: Item, now: datetime, sender: str = "") -> Meeting:
    """Note what an invited address says to a meeting of the actor's. Raises ReplyRefused.

    `sender` is the address that a mail came from: it answers for itself alone. An answer to a version before the last,
    or older than the one that is there, changes nothing.
    """
    meetings = _meetings(actor, item)
    if not meetings:
        raise ReplyRefused(_("This answers no meeting of yours."))
    first = meetings[0]
    current = first.series.sequence if first.series and item.recurrence is None else first.sequence
    if item.sequence < current:
        raise ReplyRefused(_("This answers an earlier invitation."))
    answers = {each.email: each.answer for each in item.people if not sender or each.email == sender.lower()}
    rows = Attendee.objects.select_for_update().filter(meeting__in=meetings, email__in=answers).order_by("pk")
    moment = min(item.stamp or now, now)
    with operate(actor=actor, verb="meeting.answered", now=now) as recorder:
        found = list(rows)
        if not found:
            raise ReplyRefused(_("It comes from an address that wasn't invited."))
        fresh = [row for row in found if row.answered_at is None or row.answered_at <= moment]
        if not fresh:
            raise ReplyRefused(_("A later answer is there already."))
        for row in fresh:
            set_answer(row, answers[row.email], sequence=item.sequence, now=moment, recorder=recorder)
    return first


def _meetings(actor: User, item: Item) -> list[Meeting]:
    found = Meeting.objects.visible_to(actor).filter(uid=item.uid, organiser=actor, imported_sequence=None)
    meetings = list(found.select_related("series").order_by("pk"))
    if item.recurrence is None:
        return meetings
    return [each for each in meetings if each.recurrence_id in item.recurrence_keys(_zone_of(each))]


def _zone_of(meeting: Meeting) -> str:
    return meeting.series.zone if meeting.series else meeting.zone or "UTC"
