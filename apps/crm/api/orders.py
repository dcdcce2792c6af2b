"""`/orders`: of the dealers whose contact the token's user sees."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Query, Router

from apps.accounts.api_auth import needs_scope
from apps.core import clock
from apps.core.api import PROBLEMS
from apps.crm.api.order_schemas import (
    OrderFilters,
    OrderOut,
    OrderPage,
    OrderRow,
    construction_out,
    event_out,
    order_values,
)
from apps.crm.api.shared import asking, page_of, tagged
from apps.crm.doors import deals_with_money
from apps.crm.models import Order, Status
from apps.crm.selectors.freshness import sources_of
from apps.crm.selectors.order_pages import events_of, for_page, order_for_page, pieces_of

router = Router(tags=["orders"])


@router.get("", response={200: OrderPage, **PROBLEMS}, summary="List orders")
@needs_scope("orders:read")
def list_orders(request: HttpRequest, wanted: Query[OrderFilters]) -> OrderPage:
    """The newest first; with `changed_after` in the order of their changes, for a program that keeps a copy."""
    user = asking(request)
    money = deals_with_money(user)
    found = for_page(Order.objects.visible_to(user), sees_money=money)
    if wanted.dealer:
        found = found.filter(dealer__code=wanted.dealer)
    if wanted.plant:
        found = found.filter(plant__key=wanted.plant)
    if wanted.status:
        known = Status.__members__.get(wanted.status.upper())
        if known is None:
            raise ValidationError({"status": "There is no such status."})
        found = found.filter(state__status=known.value)
    rows, next_key = page_of(
        found, wanted, newest="received_at", changed="state__changed_at", since=wanted.changed_after
    )
    sources = sources_of(None, now=clock.now())
    items = [OrderRow(**order_values(each, sees_money=money, sources=sources)) for each in rows]
    return OrderPage(items=items, next=next_key)


@router.get("/{order_id}", response={200: OrderOut, **PROBLEMS}, summary="Read an order")
@needs_scope("orders:read")
def read_order(request: HttpRequest, order_id: int) -> HttpResponse:
    """The order with its constructions and what was told of it. `If-None-Match` spares the body."""
    user = asking(request)
    money = deals_with_money(user)
    order = order_for_page(user, order_id, sees_money=money)
    if order is None:
        raise Http404
    sources = sources_of([order.plant_id], now=clock.now())
    values: dict[str, Any] = order_values(order, sees_money=money, sources=sources)
    pieces = pieces_of(order, user=user, sees_money=money)
    events = events_of(order, user=user, sees_money=money)
    body = OrderOut(
        **values,
        comment=order.comment,
        constructions=[construction_out(each.construction, each.amount, each.currency) for each in pieces],
        events=[event_out(each) for each in events],
    )
    return tagged(request, body)
