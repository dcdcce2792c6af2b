"""What records are called, whose group they are of, and by what one knows that two say the same."""

from __future__ import annotations

from hashlib import blake2b

import msgspec

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
from apps.crm.models import FieldOwner, Plant

Group = FieldOwner.Group
_GROUPS: dict[type, tuple[Group, str]] = {
    DealerRecord: (Group.DEALER, "dealer"),
    OrderRecord: (Group.IDENTITY, "order"),
    OrderStatusRecord: (Group.STAGE, "status"),
    ConstructionRecord: (Group.CONSTRUCTION, "construction"),
    ShipmentRecord: (Group.DELIVERY, "shipment"),
    DeliveryRecord: (Group.DELIVERY, "delivery"),
    LedgerRecord: (Group.LEDGER, "ledger"),
}
_encoder = msgspec.json.Encoder()


def group_of(record: Record) -> Group:
    if isinstance(record, PriceRecord):
        return Group.MONEY if record.construction is None else Group.PRICE
    return _GROUPS[type(record)][0]


def name_of(record: Record) -> str:
    """ "status:A-100234": what versions are counted of. A price is that of its order or construction."""
    if isinstance(record, PriceRecord):
        return f"money:{record.order}" if record.construction is None else f"price:{record.construction}"
    return f"{_GROUPS[type(record)][1]}:{record.key}"


def encoded(record: Record) -> bytes:
    """The same bytes for the same content: fields are always in the order in which they are declared."""
    return _encoder.encode(record)


def digest_of(content: bytes) -> int:
    """Sixty-three bits of a hash, as a bigint holds them."""
    return int.from_bytes(blake2b(content, digest_size=8).digest()) >> 1


def order_key(plant: Plant, key: str) -> str:
    return f"order:{plant.key}:{key}"


def construction_key(plant: Plant, key: str) -> str:
    return f"construction:{plant.key}:{key}"


def dealer_key(source: str, external_id: str) -> str:
    return f"dealer:{source}:{external_id}"


def code_key(code: str) -> str:
    return f"dealer-code:{code}"
