"""What stands in the calendars of the demo company: rounds that repeat, visits, a fair."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta

from django.conf import settings

from apps.accounts.models import User
from apps.activities.models.spans import Span
from apps.activities.services.meeting_inputs import Guests, Repeat, Words
from apps.activities.services.meetings import plan_meeting
from apps.contacts.models import Entity

_VISITS = (
    "Measure on site", "Заміри", "Showroom visit", "Besichtigung", "Odbiór okien", "Talk about the frame contract",
    "Презентація профілів", "Training for fitters",
)  # fmt: skip
_COUNT = 36  # visits over two weeks before and four after


def plan_meetings(users: dict[str, User], dice: random.Random, now: datetime) -> None:
    zone = settings.RAPPORT_TIME_ZONE
    monday = now.date() - timedelta(days=now.weekday())
    people = list(Entity.objects.people().filter(source="import").order_by("pk")[:80])
    team = [users[login] for login in ("sales", "manager", "claims")]
    _plan(
        users["manager"], "Weekly round", monday, 9, 60, zone, now, Guests(users=team), Repeat("FREQ=WEEKLY;COUNT=12")
    )
    for number in range(min(_COUNT, len(people))):
        day = monday + timedelta(days=dice.randint(-14, 28))
        day -= timedelta(days=max(0, day.weekday() - 4))
        guests = Guests(entities=[people[dice.randrange(len(people))]])
        owner = users[("sales", "sales", "manager", "claims", "project")[number % 5]]
        _plan(owner, dice.choice(_VISITS), day, dice.randint(8, 16), dice.choice((30, 60, 90)), zone, now, guests)
    fair = datetime.combine(monday + timedelta(days=15), time.min)
    span = Span(fair, fair + timedelta(days=3), zone, is_all_day=True)
    plan_meeting(actor=users["manager"], span=span, words=Words("Trade fair"), guests=Guests(users=team), now=now)


def _plan(
    owner: User,
    subject: str,
    day: date,
    hour: int,
    minutes: int,
    zone: str,
    now: datetime,
    guests: Guests,
    repeat: Repeat | None = None,
) -> None:
    start = datetime.combine(day, time(hour, 30))
    span = Span(start, start + timedelta(minutes=minutes), zone)
    plan_meeting(actor=owner, span=span, words=Words(subject), guests=guests, repeat=repeat or Repeat(), now=now)
