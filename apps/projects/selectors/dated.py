"""Messages that name a day to come and became no task yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from apps.accounts.models import User
from apps.projects.dates import day_in
from apps.projects.models import Group, Message

LOOKED_AT = 500  # of the latest messages
MOST = 30


@dataclass(frozen=True, slots=True)
class Dated:
    message: Message
    day: date

    @property
    def subject(self) -> str:
        return self.message.text.strip().partition("\n")[0][:200]


def dated_messages(group: Group, user: User, *, today: date) -> list[Dated]:
    """The soonest first."""
    found = Message.objects.visible_to(user).standing().filter(group=group, text__regex=r"\d")
    latest = found.filter(entries__isnull=True, seq__gt=group.last_seq - LOOKED_AT).select_related("author")
    dated = [Dated(each, day) for each in latest.order_by("seq") if (day := day_in(each.text, today=today))]
    return sorted(dated, key=lambda each: (each.day, each.message.seq))[:MOST]
