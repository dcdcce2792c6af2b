"""Telling a dealer's people what happened, each as they wish: for one record, or for many changes at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from apps.activities.models import Notice
from apps.activities.services.telling import News, tell
from apps.crm.models import DealerUser

if TYPE_CHECKING:
    from apps.accounts.models import User

# What a feed says happened to an order -> what its people choose to be told of.
EVENTS = {
    "accepted": Notice.Event.ACCEPTED,
    "shipped": Notice.Event.SHIPPED,
    "delivered": Notice.Event.DELIVERED,
    "held": Notice.Event.ON_HOLD,
    "planned": Notice.Event.PLANNED,
    "promise": Notice.Event.PROMISE,
}


def tell_dealer(
    dealer_id: int,
    event: str,
    verb: str,
    record_type: str,
    record_id: int,
    *,
    now: datetime,
    actor: User | None = None,
    of_money: bool = False,
) -> int:
    """Tell a dealer's people of one record of theirs, of money only its readers; how many notices were written."""
    people = DealerUser.objects.current().filter(dealer=dealer_id).order_by("user")
    told = [each.user_id for each in people if each.may_see_money or not of_money]
    news = [News(pk, event, verb, record_type=record_type, record_id=record_id) for pk in told]
    return tell(news, actor_id=actor.pk if actor else None, now=now, seen_by_all=True)


def tell_dealers(happened: Mapping[int, Mapping[int, Collection[str]]], *, now: datetime) -> int:
    """Of many orders at once: dealer -> order -> what happened ("accepted", "held" ...), in a handful of statements.

    What nobody chooses to be told of is left out. Returns how many notices were written.
    """
    people: dict[int, list[int]] = {}
    rows = DealerUser.objects.current().filter(dealer__in=list(happened)).order_by("dealer", "user")
    for dealer_id, user_id in rows.values_list("dealer", "user"):
        people.setdefault(dealer_id, []).append(user_id)
    news = [
        News(user_id, EVENTS[what], f"order.{what}", record_type="crm.order", record_id=order_id)
        for dealer_id, orders in happened.items()
        for order_id, whats in orders.items()
        for what in sorted(set(whats) & EVENTS.keys())
        for user_id in people.get(dealer_id, [])
    ]
    return tell(news, actor_id=None, now=now, seen_by_all=True)
