"""A dealer's orders on the page of its contact."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from django.template.loader import render_to_string

from apps.accounts.models import User
from apps.contacts.models import Entity
from apps.core import clock
from apps.crm.doors import deals_with_money, deals_with_orders
from apps.crm.models import Dealer, Order
from apps.crm.selectors.freshness import sources_of

_LATEST = 20


def concerns(user: Any, entity: Entity) -> bool:
    """Only organisations buy from the plants, and only some of them."""
    return entity.is_organisation and deals_with_orders(user) and Dealer.objects.filter(entity=entity).exists()


def orders_panel(request: HttpRequest, entity: Entity) -> str:
    """The tab; "" for whoever has no business with orders."""
    user = cast(User, request.user)
    dealer = Dealer.objects.visible_to(user).filter(entity=entity).first()
    if dealer is None or not deals_with_orders(user):
        return ""
    money = deals_with_money(user)
    joins = ("state", "plant", *(("money",) if money else ()))
    orders = Order.objects.visible_to(user).filter(dealer=dealer).select_related(*joins)
    context = {"dealer": dealer, "orders": orders.order_by("-received_at", "-pk")[:_LATEST], "sees_money": money}
    context["sources"] = sources_of(dealer.plant_ids, now=clock.now())
    return render_to_string("crm/_contact_orders.html", context, request)
