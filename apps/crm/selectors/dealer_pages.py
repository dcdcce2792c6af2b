"""A dealer from all sides, for staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from apps.crm.models import Claim, Dealer, DealerUser, Order, OrderEvent
from apps.crm.models.reach import CLAIM_ROLES, has_role
from apps.crm.selectors.freshness import Sources, sources_of
from apps.crm.selectors.settlements import Account, accounts_of

if TYPE_CHECKING:
    from apps.accounts.models import User

_LATEST = 10


@dataclass(frozen=True, slots=True)
class DealerPage:
    orders: list[Order]
    claims: list[Claim]
    sees_claims: bool
    people: list[DealerUser]
    accounts: list[Account]
    sees_money: bool
    events: list[OrderEvent]
    sources: Sources


def dealer_page(dealer: Dealer, *, user: User, sees_money: bool, now: datetime) -> DealerPage:
    """The latest orders, claims and events of a dealer whom `user` sees, its people and its accounts."""
    joins = ("state", "plant", *(("money",) if sees_money else ()))
    orders = Order.objects.filter(dealer=dealer).select_related(*joins).order_by("-received_at", "-pk")[:_LATEST]
    sees_claims = has_role(user, CLAIM_ROLES)
    claims = Claim.objects.visible_to(user).filter(dealer=dealer).order_by("-made_at", "-pk")[:_LATEST]
    shown = list(orders)
    events = OrderEvent.objects.filter(order__in=[order.pk for order in shown]).select_related("order")
    if not sees_money:
        events = events.filter(is_money=False)
    return DealerPage(
        orders=shown,
        claims=list(claims) if sees_claims else [],
        sees_claims=sees_claims,
        people=list(DealerUser.objects.filter(dealer=dealer).current().order_by("name", "pk")),
        accounts=accounts_of(dealer.pk) if sees_money else [],
        sees_money=sees_money,
        events=list(events.order_by("-happened_at", "-pk")[:_LATEST]),
        sources=sources_of(dealer.plant_ids, now=now),
    )
