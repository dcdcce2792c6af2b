"""A plant with two sources, and records as they send them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from apps.crm.feed.records import (
    ConstructionRecord,
    DealerRecord,
    DeliveryRecord,
    LedgerRecord,
    OrderRecord,
    OrderStatusRecord,
    PriceRecord,
    Record,
    ShipmentRecord,
)
from apps.crm.models import Dealer, ExternalRef, FieldOwner, Plant
from apps.crm.services.feed import Arrival, Outcome
from apps.crm.services.feed.applying import apply_arrivals
from tests.crm.factories import a_plant

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
START = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)
PRODUCTION, ACCOUNTS = "kyiv-production", "kyiv-accounts"
_tickets = itertools.count(1)


def a_fed_plant(key: str = "kyiv") -> Plant:
    """Production says how orders stand, accounting what they cost."""
    plant = a_plant(key)
    for group in FieldOwner.Group:
        source = "accounts" if group in ("money", "price", "ledger") else "production"
        FieldOwner.objects.get_or_create(plant=plant, group=group, defaults={"source": f"{key}-{source}"})
    return plant


def known_as(dealer: Dealer, external_id: str, *sources: str) -> Dealer:
    for source in sources or (PRODUCTION, ACCOUNTS):
        ExternalRef.objects.create(source=source, type="dealer", external_id=external_id, object_id=dealer.pk)
    return dealer


def at(version: int) -> datetime:
    return START + timedelta(minutes=version)


def an_order_record(key: str = "A-1", version: int = 1, **fields: Any) -> OrderRecord:
    values: dict[str, Any] = {
        "dealer": "1001",
        "number": key,
        "received_at": START,
        "happened_at": at(version),
    } | fields
    return OrderRecord(key=key, version=version, **values)


def a_status(key: str = "A-1", version: int = 1, stage: Any = None, **fields: Any) -> OrderStatusRecord:
    fields.setdefault("happened_at", at(version))
    return OrderStatusRecord(key=key, version=version, stage=stage, **fields)


def a_piece(key: str = "A-1/1", version: int = 1, **fields: Any) -> ConstructionRecord:
    values: dict[str, Any] = {"order": key.split("/")[0], "position": 1, "happened_at": at(version)} | fields
    return ConstructionRecord(key=key, version=version, **values)


def a_price(order: str = "A-1", version: int = 1, amount: str = "1200.00", **fields: Any) -> PriceRecord:
    values: dict[str, Any] = {"currency": "UAH", "happened_at": at(version)} | fields
    return PriceRecord(key=f"P-{order}", version=version, order=order, amount=Decimal(amount), **values)


def a_delivery(key: str = "A-1", version: int = 1, day: date | None = None) -> DeliveryRecord:
    return DeliveryRecord(key=key, version=version, happened_at=at(version), planned_on=day)


def an_entry(key: str = "L-1", version: int = 1, amount: str = "100.00", **fields: Any) -> LedgerRecord:
    values: dict[str, Any] = {
        "dealer": "1001",
        "kind": "charge" if not amount.startswith("-") else "payment",
        "currency": "UAH",
        "booked_on": date(2026, 10, 5),
        "happened_at": at(version),
    } | fields
    return LedgerRecord(key=key, version=version, amount=Decimal(amount), **values)


def a_shipment(key: str = "S-1", version: int = 1, **fields: Any) -> ShipmentRecord:
    values: dict[str, Any] = {"number": key, "planned_on": date(2026, 11, 10), "happened_at": at(version)} | fields
    return ShipmentRecord(key=key, version=version, **values)


def a_dealer_record(key: str = "1001", version: int = 1, **fields: Any) -> DealerRecord:
    values: dict[str, Any] = {"code": "D-1001", "name": "Svitlo Windows", "happened_at": at(version)} | fields
    return DealerRecord(key=key, version=version, **values)


def arrivals_of(records: Sequence[Record], now: datetime = NOW) -> list[Arrival]:
    return [Arrival(record, next(_tickets), None, now) for record in records]


def feed(*records: Record, source: str = PRODUCTION, plant: Plant | None = None, now: datetime = NOW) -> Outcome:
    return apply_arrivals(arrivals_of(records, now), source=source, plant=plant or a_plant(), now=now)


def counts(outcome: Outcome) -> tuple[int, int, int, int, list[str]]:
    """Applied, unchanged, stale, waiting, and why the others were refused."""
    codes = [refusal.code for refusal in outcome.refused]
    return outcome.applied, outcome.unchanged, outcome.stale, outcome.waiting, codes
