"""The records of a feed in our own words, version 1: what sources are mapped to, and what is applied.

Published as JSON Schema by `manage.py feed_schema` and described in docs/howto/sources.md. Field names are part of
the agreement with the plants: new ones may come with a default, none is renamed or taken away within a version.
Every record has `key` (the plant's own id of the thing), `version` (a number that grows with each change; microseconds
of its time stamp where a source has only those) and `happened_at`. Times bear their zone; money is decimal text.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct

Key = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[^\s\x00-\x1f][^\x00-\x1f]*$")]
Version = Annotated[int, Meta(ge=1, le=2**62)]
Moment = Annotated[datetime, Meta(tz=True)]
Text60 = Annotated[str, Meta(max_length=60)]
Text120 = Annotated[str, Meta(max_length=120)]
Text200 = Annotated[str, Meta(max_length=200)]
Text300 = Annotated[str, Meta(max_length=300)]
Text2000 = Annotated[str, Meta(max_length=2000)]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]
Count = Annotated[int, Meta(ge=0, le=100_000)]
Millimetres = Annotated[int, Meta(ge=1, le=100_000)]
Money = Decimal  # of at most 12 digits before and two after the point: `crm.feed.checks` asks

StageWord = Literal["received", "accepted", "production", "made", "shipped", "delivered"]
SchemeKind = Literal["frame", "sash", "pane", "handle", "hinge", "sill", "mullion", "panel", "other"]


class Base(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    key: Key
    version: Version
    happened_at: Moment


class DealerRecord(Base, tag="dealer", tag_field="type", kw_only=True, frozen=True):
    """Group "dealer". `key` is the source's id of the dealer, `code` the one that all systems of a plant share."""

    code: Annotated[str, Meta(min_length=1, max_length=30)]
    name: Annotated[str, Meta(min_length=1, max_length=300)]
    city: Text200 = ""
    address: Text300 = ""
    phone: Text60 = ""
    email: Text200 = ""
    currency: Currency = "UAH"
    credit_limit: Money | None = None
    is_active: bool = True


class OrderRecord(Base, tag="order", tag_field="type", kw_only=True, frozen=True):
    """Group "identity". `dealer` is the source's id of the dealer, as in its dealer records."""

    dealer: Key
    number: Annotated[str, Meta(min_length=1, max_length=60)]
    received_at: Moment
    reference: Text120 = ""
    client: Text200 = ""
    product: Text120 = ""
    comment: Text2000 = ""
    promised_on: date | None = None


class OrderStatusRecord(Base, tag="order_status", tag_field="type", kw_only=True, frozen=True):
    """Group "stage". `key` is the order's. The first "accepted" (or later) is the plant's approval.

    `on_hold` and `cancelled` lie over the stage: None leaves them as they are. A stage of None changes only them.
    `made`/`shipped` are counts of a source that sends no constructions.
    """

    stage: StageWord | None = None
    on_hold: bool | None = None
    cancelled: bool | None = None
    made: Count | None = None
    shipped: Count | None = None
    quantity: Count | None = None


class SchemePart(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A rectangle of a scheme, in millimetres from the top left corner of the construction."""

    id: Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_.-]+$")]
    kind: SchemeKind
    x: Annotated[int, Meta(ge=0, le=100_000)]
    y: Annotated[int, Meta(ge=0, le=100_000)]
    width: Millimetres
    height: Millimetres
    opening: Literal["", "fixed", "turn_left", "turn_right", "tilt", "tilt_turn_left", "tilt_turn_right", "slide"] = ""
    label: Text60 = ""


class Scheme(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    width: Millimetres
    height: Millimetres
    parts: Annotated[tuple[SchemePart, ...], Meta(max_length=60)] = ()


class ConstructionRecord(Base, tag="construction", tag_field="type", kw_only=True, frozen=True):
    """Group "construction". `order` is the order's key. `made` and `shipped` count pieces of `quantity`."""

    order: Key
    position: Annotated[int, Meta(ge=1, le=10_000)]
    quantity: Annotated[int, Meta(ge=1, le=10_000)] = 1
    made: Count = 0
    shipped: Count = 0
    stage: StageWord = "accepted"
    kind: Text60 = ""
    title: Text200 = ""
    width: Millimetres | None = None
    height: Millimetres | None = None
    colour: Text120 = ""
    glass: Text120 = ""
    hardware: Text120 = ""
    scheme: Scheme | None = None


class StopRecord(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    dealer: Key
    position: Annotated[int, Meta(ge=1, le=200)]
    city: Text120 = ""
    address: Text300 = ""
    geo: tuple[float, float] | None = None
    window_from: Moment | None = None
    window_to: Moment | None = None
    done_at: Moment | None = None
    signed_by: Text120 = ""


class ItemRecord(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    order: Key
    construction: Key | None = None
    quantity: Annotated[int, Meta(ge=1, le=10_000)] = 1


class ShipmentRecord(Base, tag="shipment", tag_field="type", kw_only=True, frozen=True):
    """Group "delivery". The whole voyage each time: stops and items that are missing are taken off."""

    number: Annotated[str, Meta(min_length=1, max_length=60)]
    planned_on: date
    state: Literal["planned", "loading", "on_the_way", "done", "cancelled"] = "planned"
    departed_at: Moment | None = None
    truck: Text60 = ""
    driver_name: Text120 = ""
    driver_phone: Annotated[str, Meta(max_length=40)] = ""
    stops: Annotated[tuple[StopRecord, ...], Meta(max_length=200)] = ()
    items: Annotated[tuple[ItemRecord, ...], Meta(max_length=2000)] = ()


class DeliveryRecord(Base, tag="delivery", tag_field="type", kw_only=True, frozen=True):
    """Group "delivery". `key` is the order's: the day it is planned for now."""

    planned_on: date | None


class PriceRecord(Base, tag="price", tag_field="type", kw_only=True, frozen=True):
    """Group "money" where `construction` is empty: what the order costs in all. Group "price" else."""

    order: Key
    amount: Money
    currency: Currency
    construction: Key | None = None


class LedgerRecord(Base, tag="ledger_entry", tag_field="type", kw_only=True, frozen=True):
    """Group "ledger". `amount` above zero is what the dealer owes, below what they paid or were given."""

    dealer: Key
    kind: Literal["opening", "charge", "payment", "delivery", "compensation", "correction"]
    amount: Money
    currency: Currency
    booked_on: date
    order: Key | None = None
    claim: Annotated[str, Meta(max_length=30)] = ""
    client: Text200 = ""
    text: Text300 = ""


Record = (
    DealerRecord
    | OrderRecord
    | OrderStatusRecord
    | ConstructionRecord
    | ShipmentRecord
    | DeliveryRecord
    | PriceRecord
    | LedgerRecord
)
RECORD_TYPES: dict[str, type[Base]] = {
    "dealer": DealerRecord,
    "order": OrderRecord,
    "order_status": OrderStatusRecord,
    "construction": ConstructionRecord,
    "shipment": ShipmentRecord,
    "delivery": DeliveryRecord,
    "price": PriceRecord,
    "ledger_entry": LedgerRecord,
}
