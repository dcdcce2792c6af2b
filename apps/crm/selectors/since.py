"""What changed for a reader of the portal since they last looked, list by list.

Each figure is what the filter of that list shows, so that Home and the lists never differ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, QuerySet, Value
from django.utils.translation import get_language

from apps.core.models import ListVisit
from apps.crm.models import Claim, LedgerEntry, NewsItem, Order, Shipment
from apps.crm.models.reach import portal_reader
from apps.crm.selectors.threads import answers_since

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST = 99
LISTS = {
    "orders": "portal.orders",
    "deliveries": "portal.shipments",
    "finances": "portal.finances",
    "claims": "portal.claims",
    "messages": "portal.messages",
    "news": "portal.news",
}


@dataclass(frozen=True, slots=True)
class Change:
    """`what` is a key of LISTS. `count` stops at MOST + 1. `account` is the one that entries were booked on."""

    what: str
    count: int
    since: datetime
    account: str = ""
    title: str = ""  # of the account


def changes_for(user: User, *, now: datetime) -> list[Change] | None:
    """Those with anything to tell, in the order of LISTS; None where there was no visit yet. Three queries."""
    visits = ListVisit.objects.filter(user=user.pk, list_key__in=LISTS.values())
    since = {visit.list_key: visit.new_since(now) for visit in visits}
    return list(_changes(user, since, now)) if since else None


def changes_since(user: User, since: datetime, *, now: datetime) -> list[Change]:
    """The same of all lists since one moment."""
    return list(_changes(user, dict.fromkeys(LISTS.values(), since), now))


def _changes(user: User, since: dict[str, datetime], now: datetime) -> Iterable[Change]:
    reader = portal_reader(user)
    moments = {what: since[key] for what, key in LISTS.items() if key in since}
    if reader is None or not moments:
        return
    counts = _counts(user, moments, now)
    for what, moment in moments.items():
        if what == "finances":
            yield from _entries(user, moment) if reader.sees_money else ()
        elif counts[what]:
            yield Change(what, counts[what], moment)


def _counts(user: User, moments: dict[str, datetime], now: datetime) -> Counter[str]:
    """Of all lists but the finances, in one question."""
    asked = [
        _found(what, user, moment, now).order_by().values_list(Value(what), "pk")[: MOST + 1]
        for what, moment in moments.items()
        if what != "finances"
    ]
    rows: Any = asked[0].union(*asked[1:], all=True) if asked else ()
    return Counter(what for what, _pk in rows)


def _found(what: str, user: User, since: datetime, now: datetime) -> QuerySet[Any]:
    match what:
        case "orders":
            return Order.objects.visible_to(user).filter(state__changed_at__gt=since)
        case "deliveries":
            return Shipment.objects.visible_to(user).filter(changed_at__gt=since)
        case "claims":
            return Claim.objects.visible_to(user).filter(changed_at__gt=since)
        case "messages":
            return answers_since(user, since)
    languages = ["", get_language() or ""]
    news = NewsItem.objects.visible_to(user).running(now).filter(language__in=languages)
    return news.filter(starts_at__gt=since)


def _entries(user: User, since: datetime) -> Iterable[Change]:
    """By account, since the finances show one at a time."""
    new = LedgerEntry.objects.visible_to(user).filter(received_at__gt=since).order_by()
    rows = new.values("plant", "currency", "plant__name").annotate(all=Count("pk")).order_by("plant__name", "currency")
    for row in rows:
        title = f"{row['plant__name']}, {row['currency']}"
        yield Change("finances", row["all"], since, f"{row['plant']}-{row['currency']}", title)
