"""Who hears of a hand-over: both sides once when it begins and once when it returns, however many contacts it has."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from apps.accounts.selectors import members_of
from apps.activities.models import Notice
from apps.activities.services.telling import News, tell
from apps.core.clock import company_day
from apps.crm.models import HandOver
from apps.crm.services.contact_events import announce_returned

if TYPE_CHECKING:
    from apps.crm.models.hand_overs import HandOverQuerySet

RECORD = "crm.handover"


@transaction.atomic
def tell_start(hand_over: HandOver, *, now: datetime) -> None:
    """Told already: nothing happens; of two who would tell, the row's update decides."""
    if HandOver.objects.filter(pk=hand_over.pk, told_start_at=None).update(told_start_at=now):
        verb = "hand_over.begun" if hand_over.until is None else "hand_over.stand_in_begun"
        _tell(hand_over, verb, now)


@transaction.atomic
def tell_return(hand_over: HandOver, *, now: datetime) -> None:
    """As for the start."""
    if HandOver.objects.filter(pk=hand_over.pk, told_return_at=None).update(told_return_at=now):
        _tell(hand_over, "hand_over.returned", now, actor_id=None)
        announce_returned(hand_over, now=now)


def tell_undone(hand_over: HandOver, *, now: datetime) -> None:
    _tell(hand_over, "hand_over.undone", now)


def tell_hand_overs(*, now: datetime) -> int:
    """The daily round, in the company's days: what begins and what returns; how many were told of."""
    today = company_day(now)
    standing = HandOver.objects.standing()
    # What was over before anybody heard of it begins no more.
    begun = standing.filter(starts_on__lte=today, told_start_at=None).filter(Q(until=None) | Q(until__gt=today))
    returned = standing.filter(until__lte=today, told_return_at=None)
    count = 0
    for rows, told in ((begun, tell_start), (returned, tell_return)):
        for hand_over in _with_people(rows):
            told(hand_over, now=now)
            count += 1
    return count


def _with_people(rows: HandOverQuerySet) -> Iterable[HandOver]:
    return rows.select_related("from_user", "to_user", "to_team", "made_by").order_by("pk")


def _tell(hand_over: HandOver, verb: str, now: datetime, actor_id: int | None = 0) -> None:
    """`actor_id` 0: whoever made it, who isn't told of their own doing."""
    users = {hand_over.from_user_id, hand_over.to_user_id} - {None}
    if hand_over.to_team is not None:
        users |= set(members_of(hand_over.to_team, on=company_day(now)))
    count = hand_over.items.count()
    news = [
        News(pk, Notice.Event.HANDED_OVER, verb, record_type=RECORD, record_id=hand_over.pk, count=max(count, 1))
        for pk in sorted(pk for pk in users if pk is not None)
    ]
    tell(news, actor_id=hand_over.made_by_id if actor_id == 0 else actor_id, now=now, seen_by_all=True)
