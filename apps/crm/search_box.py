"""Orders in the Ctrl-K box, by number or the dealer's reference."""

from __future__ import annotations

from django.urls import reverse

from apps.accounts.models import User
from apps.core.contributions import SearchHit
from apps.crm.doors import deals_with_orders
from apps.crm.models import Order, Status
from apps.crm.order_listing import SEARCHED_FROM


def find_orders(user: User, text: str, limit: int) -> list[SearchHit]:
    if len(text) < SEARCHED_FROM or not deals_with_orders(user):
        return []
    found = Order.objects.visible_to(user).matching(text).select_related("dealer", "state")
    return [
        SearchHit(
            title=order.number,
            url=reverse("crm:order", args=[order.pk]),
            subtitle=" · ".join(filter(None, [order.dealer.name, order.reference, _status(order)])),
            icon="package",
        )
        for order in found.order_by("-received_at", "-pk")[:limit]
    ]


def _status(order: Order) -> str:
    state = getattr(order, "state", None)
    return str(Status(state.status).label) if state else ""
