"""Orders as the API gives them; amounts are empty until accounting tells them, and for readers without money."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ninja import Schema
from pydantic import Field

from apps.crm.api.shared import AsOfOut, ChangedPaged, as_of_groups
from apps.crm.models import Construction, Order, OrderEvent, Stage, Status
from apps.crm.selectors.freshness import Sources


class OrderFilters(ChangedPaged):
    """Narrow the list; all of them must hold."""

    dealer: str = Field("", max_length=30, description="The dealer's code")
    plant: str = Field("", max_length=30, description="The plant's key")
    status: str = Field(
        "", max_length=20, description="accepted, production, partly_made, made, ... on_hold, cancelled"
    )


class OrderRow(Schema):
    id: int
    number: str
    reference: str
    client: str
    product: str
    plant: str
    plant_key: str = Field(description="The plant's own key of the order")
    dealer: str = Field(description="The dealer's code")
    status: str | None = Field(description="Null: the plant told no stage yet")
    received_at: datetime
    approved_at: datetime | None = Field(description="Null: the dealer doesn't see the order yet")
    accepted_at: datetime | None
    production_at: datetime | None
    made_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    promised_on: date | None
    planned_on: date | None
    pieces: int
    pieces_made: int
    pieces_shipped: int
    amount: Decimal | None
    currency: str
    changed_at: datetime | None
    as_of: dict[str, AsOfOut] = Field(description="By group of figures: stage, delivery, construction, money")


class OrderPage(Schema):
    items: list[OrderRow]
    next: str | None = Field(description="The `after` of the next page; null at the end")


class ConstructionOut(Schema):
    position: int
    plant_key: str
    kind: str
    title: str
    width: int | None = Field(description="Millimetres")
    height: int | None
    colour: str
    glass: str
    hardware: str
    quantity: int
    made: int
    shipped: int
    stage: str
    amount: Decimal | None
    currency: str


class EventOut(Schema):
    """What a source told of the order; `is_stale` came after something newer and changed nothing."""

    kind: str
    what: dict[str, Any]
    source: str
    version: int
    is_stale: bool
    happened_at: datetime
    received_at: datetime


class OrderOut(OrderRow):
    comment: str
    constructions: list[ConstructionOut]
    events: list[EventOut] = Field(description="The latest 200, the newest first")


def order_values(order: Order, *, sees_money: bool, sources: Sources) -> dict[str, Any]:
    """Of an order that was read with its state, dealer and plant, and with its money where it `sees_money`."""
    state = getattr(order, "state", None)
    told = getattr(order, "money", None) if sees_money else None
    steps = ("accepted_at", "production_at", "made_at", "shipped_at", "delivered_at", "promised_on", "planned_on")
    return {
        **{name: getattr(order, name) for name in ("id", "number", "reference", "client", "product", "plant_key")},
        "plant": order.plant.key,
        "dealer": order.dealer.code,
        "status": Status(state.status).name.lower() if state and state.stage_version else None,
        "received_at": order.received_at,
        "approved_at": order.approved_at,
        **{name: getattr(state, name, None) for name in steps},
        "pieces": getattr(state, "quantity", 0),
        "pieces_made": getattr(state, "made", 0),
        "pieces_shipped": getattr(state, "shipped", 0),
        "amount": told.amount if told else None,
        "currency": told.currency if told else "",
        "changed_at": state.changed_at if state else None,
        "as_of": as_of_groups(sources, order.plant_id, _moments(state, told, sees_money=sees_money)),
    }


def _moments(state: Any, told: Any, *, sees_money: bool) -> dict[str, datetime | None]:
    """When the figures of each group came; amounts only for readers of money."""
    moments = {"stage": getattr(state, "stage_as_of", None), "delivery": getattr(state, "delivery_as_of", None)}
    moments["construction"] = None
    return {**moments, "money": told.as_of if told else None} if sees_money else moments


def construction_out(each: Construction, amount: Decimal | None, currency: str) -> ConstructionOut:
    same = ("position", "plant_key", "kind", "title", "width", "height", "colour", "glass", "hardware", "quantity")
    return ConstructionOut(
        **{name: getattr(each, name) for name in same},
        made=each.made,
        shipped=each.shipped,
        stage=Stage(each.stage).name.lower(),
        amount=amount,
        currency=currency,
    )


def event_out(event: OrderEvent) -> EventOut:
    names = ("kind", "source", "version", "is_stale", "happened_at", "received_at")
    what = event.what if isinstance(event.what, dict) else {}
    return EventOut(what=what, **{name: getattr(event, name) for name in names})
