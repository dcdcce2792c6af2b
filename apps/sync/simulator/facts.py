"""What happens in a plant, before any system has words for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Firm:
    """A dealer: `number` is the plant's running number, from which each of its systems makes an id of its own."""

    number: int
    code: str
    name: str
    city: str
    address: str
    geo: tuple[float, float]
    phone: str
    email: str
    credit_limit: Decimal


@dataclass(slots=True)
class Piece:
    """A position of an order: `shape` names one of `drawings.SHAPES`."""

    position: int
    shape: str
    width: int
    height: int
    colour: str
    glass: str
    hardware: str
    quantity: int
    price: Decimal
    made: int = 0
    shipped: int = 0


@dataclass(frozen=True, slots=True)
class DealerFact:
    at: datetime
    firm: Firm


@dataclass(frozen=True, slots=True)
class OrderFact:
    at: datetime
    number: int
    firm: Firm
    reference: str
    client: str
    product: str
    promised_on: date


@dataclass(frozen=True, slots=True)
class StatusFact:
    """`word` is one of: accepted, production, made, shipped, delivered, hold, resumed, cancelled."""

    at: datetime
    number: int
    word: str


@dataclass(frozen=True, slots=True)
class PieceFact:
    at: datetime
    number: int
    piece: Piece
    made: int
    shipped: int
    word: str


@dataclass(frozen=True, slots=True)
class Stop:
    firm: Firm
    position: int
    window: tuple[datetime, datetime]
    done_at: datetime | None = None
    signed_by: str = ""


@dataclass(frozen=True, slots=True)
class Load:
    number: int  # of the order
    firm: Firm
    position: int  # of the piece
    quantity: int


@dataclass(frozen=True, slots=True)
class ShipmentFact:
    """`word` is one of: planned, loading, on_the_way, done."""

    at: datetime
    voyage: int
    word: str
    planned_on: date
    truck: str
    driver: str
    phone: str
    stops: tuple[Stop, ...]
    loads: tuple[Load, ...]
    departed_at: datetime | None


@dataclass(frozen=True, slots=True)
class PriceFact:
    """Of a position, or of the whole order where `position` is 0."""

    at: datetime
    number: int
    position: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class MoneyFact:
    """`amount` above zero is owed to the plant.

    `kind` is one of: opening, charge, payment, delivery, compensation, correction.
    """

    at: datetime
    entry: int
    firm: Firm
    kind: str
    amount: Decimal
    order: int = 0
    claim: str = ""
    client: str = ""


Fact = DealerFact | OrderFact | StatusFact | PieceFact | ShipmentFact | PriceFact | MoneyFact
