"""All that an order's page shows, read in nine queries however large the order is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from apps.crm.models import (
    Claim,
    Construction,
    ConstructionPhoto,
    LedgerEntry,
    Order,
    OrderEvent,
    Shipment,
    ShipmentItem,
)
from apps.crm.selectors.for_readers import AboutRecord
from apps.crm.selectors.freshness import Freshness, Sources
from apps.crm.selectors.freshness import sources_of as sources_of_plants

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.crm.models.orders import OrderQuerySet

MOST_EVENTS = 200
MOST_CLAIMS = 20


@dataclass(frozen=True, slots=True)
class Piece:
    """A construction, how far it is, and what it costs where the reader sees that."""

    construction: Construction
    amount: Decimal | None
    currency: str
    photos: list[ConstructionPhoto]

    @property
    def is_partly_made(self) -> bool:
        return 0 < self.construction.made < self.construction.quantity


@dataclass(frozen=True, slots=True)
class OrderBalance:
    """`first` is the day of the first line of its sum, `line` the last one."""

    amount: Decimal
    currency: str
    first: date
    line: LedgerEntry


@dataclass(frozen=True, slots=True)
class OrderPage:
    order: Order
    state: Any  # OrderState, or None before anything came
    money: Any  # OrderMoney, or None: awaited, or not for this reader
    sees_money: bool
    shipments: list[Shipment]
    entries: list[LedgerEntry]
    claims: list[Claim]
    stage_as_of: Freshness | None
    money_as_of: Freshness | None
    delivery_as_of: Freshness | None
    sources: Sources

    @property
    def steps(self) -> list[tuple[str, datetime | None]]:
        """The way of the order: the key of each step and when it was taken."""
        state = self.state
        taken = [("received", self.order.received_at)]
        names = ("accepted", "production", "made", "shipped", "delivered")
        return taken + [(name, getattr(state, f"{name}_at") if state else None) for name in names]

    @property
    def balances(self) -> list[OrderBalance]:
        """What its lines come to, by account."""
        found: dict[tuple[int, str], OrderBalance] = {}
        for entry in self.entries:
            key = (entry.plant_id, entry.currency)
            before = found.get(key) or OrderBalance(Decimal(0), entry.currency, entry.booked_on, entry)
            found[key] = OrderBalance(before.amount + entry.amount, entry.currency, before.first, entry)
        return list(found.values())

    @property
    def delivery_is_told_apart(self) -> bool:
        """The day comes from another source than the status, so it has a light of its own."""
        source = self.delivery_as_of.source if self.delivery_as_of else ""
        return bool(source) and (self.stage_as_of is None or source != self.stage_as_of.source)

    @property
    def planned_on(self) -> date | None:
        return self.state.planned_on if self.state else None


def for_page(orders: OrderQuerySet, *, sees_money: bool) -> OrderQuerySet:
    """Orders with all that belongs to each alone."""
    return orders.select_related("state", "plant", "dealer", "promise", *(("money",) if sees_money else ()))


def order_for_page(user: User, order_id: int, *, sees_money: bool) -> Order | None:
    """The order of a page with all that belongs to it alone, if `user` sees it."""
    return next(iter(_order(user, order_id, sees_money=sees_money)), None)


@AboutRecord
def _order(user: User, key: int, dealer_id: int, sees_money: bool) -> QuerySet[Order]:
    return for_page(Order.objects.visible_to(user).filter(pk=key), sees_money=sees_money)


def order_page(order: Order, *, user: User, sees_money: bool, sources: Mapping[str, str], now: datetime) -> OrderPage:
    """`order` comes from `order_for_page`, `sources` from `sources_of`."""
    cost = getattr(order, "money", None) if sees_money else None
    feeds = sources_of_plants([order.plant_id], now=now)
    state = getattr(order, "state", None)

    def told(group: str, as_of: datetime | None) -> Freshness | None:
        return feeds.of(order.plant_id, group, told_by=sources.get(group, ""), as_of=as_of)

    return OrderPage(
        order=order,
        state=state,
        money=cost,
        sees_money=sees_money,
        shipments=_shipments(order, user),
        entries=_entries(user, order.pk, dealer_id=order.dealer_id) if sees_money else [],
        claims=_claims(user, order.pk),
        stage_as_of=told("stage", state.stage_as_of if state else None),
        money_as_of=told("money", cost.as_of if cost else None) if sees_money else None,
        delivery_as_of=told("delivery", state.delivery_as_of if state else None),
        sources=feeds,
    )


def events_of(order: Order, *, user: User, sees_money: bool) -> list[OrderEvent]:
    """What was told of the order, the newest first."""
    return _events(user, order.pk, sees_money=sees_money)


def sources_of(events: list[OrderEvent]) -> dict[str, str]:
    """Which source told the present state of each kind."""
    return {event.kind: event.source for event in reversed(events) if not event.is_stale}


def pieces_of(order: Order, *, user: User, sees_money: bool) -> list[Piece]:
    """The constructions of an order that `user` sees."""
    photos: dict[int, list[ConstructionPhoto]] = defaultdict(list)
    for photo in _photos(user, order.pk):
        photos[photo.construction_id].append(photo)
    pieces = []
    for each in _constructions(user, order.pk, sees_money=sees_money):
        price = getattr(each, "price", None) if sees_money else None
        amount, currency = (price.amount, price.currency) if price else (None, "")
        pieces.append(Piece(each, amount, currency, photos[each.pk]))
    return pieces


@AboutRecord
def _events(user: User, key: int, dealer_id: int, sees_money: bool) -> QuerySet[OrderEvent]:
    events = OrderEvent.objects.visible_to(user).filter(order=key)
    return (events if sees_money else events.filter(is_money=False)).order_by("-happened_at", "-pk")[:MOST_EVENTS]


@AboutRecord
def _constructions(user: User, key: int, dealer_id: int, sees_money: bool) -> QuerySet[Construction]:
    found = Construction.objects.filter(order=key).order_by("position", "pk")
    return found.select_related("price") if sees_money else found


@AboutRecord
def _photos(user: User, key: int, dealer_id: int, sees_money: bool) -> QuerySet[ConstructionPhoto]:
    return ConstructionPhoto.objects.filter(order=key, construction__order=key).order_by("taken_at", "pk")


@AboutRecord
def _claims(user: User, key: int, dealer_id: int, sees_money: bool) -> QuerySet[Claim]:
    return Claim.objects.visible_to(user).filter(order=key).order_by("-made_at", "-pk")[:MOST_CLAIMS]


@AboutRecord
def _entries(user: User, key: int, dealer_id: int, sees_money: bool) -> QuerySet[LedgerEntry]:
    """Its own lines, and those that answer claims about it or about them."""
    seen = LedgerEntry.objects.visible_to(user).filter(dealer=dealer_id)
    claims = Claim.objects.filter(Q(order=key) | Q(entry__order=key), dealer=dealer_id)
    answers = seen.filter(order=None, claim_number__in=claims.values("number")).exclude(claim_number="")
    return seen.filter(order=key).union(answers, all=True).order_by("booked_on", "id")


def _shipments(order: Order, user: User) -> list[Shipment]:
    carrying = ShipmentItem.objects.filter(order=order).values("shipment")
    return list(Shipment.objects.visible_to(user).filter(pk__in=carrying).order_by("planned_on", "pk"))
