"""What applying records takes and gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from apps.crm.feed.records import Record


@dataclass(frozen=True, slots=True)
class Arrival:
    """A record as it came: `ticket` is the caller's own number, which comes back with a refusal."""

    record: Record
    ticket: int
    batch_id: int | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that can't be applied: `code` for machines, `reason` for people.

    The codes: "not_its_field", "same_version", "future", "amount", "counts", "text", "code_taken".
    """

    ticket: int
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Happening:
    """What readers want to hear of an order: `kind` is accepted, shipped, delivered, held, cancelled or planned (its
    planned day has moved).
    """

    order_id: int
    dealer_id: int
    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Move:
    """The planned day of an order, as it was before these records and as it is by them; `at` is when that was told."""

    order_id: int
    dealer_id: int
    was: date | None
    becomes: date | None
    at: datetime | None


@dataclass(slots=True)
class Outcome:
    """How many of the records were applied, said nothing new, came too late, or wait for what they belong to.

    applied + unchanged + stale + waiting + len(refused) == the records given. `released` counts, by source, records
    that had waited from before and were settled now: of those `waiting` goes down and the others up.
    `touched` are orders whose pages must hear of it, by dealer: approved ones; `statuses` what they show now.
    `happenings` are new in the history; `moves` are what became of planned days, by order. `accounts` are dealers whose
    balance may be another one; `entries` were booked, `shipments` replaced.
    """

    applied: int = 0
    unchanged: int = 0
    stale: int = 0
    waiting: int = 0
    refused: list[Refusal] = field(default_factory=list)
    released: dict[str, dict[str, int]] = field(default_factory=dict)  # source -> {"applied": 3, "rejected": 1}
    released_refusals: list[tuple[str, int | None, Record, str, str]] = field(default_factory=list)
    touched: dict[int, set[int]] = field(default_factory=dict)  # dealer -> orders
    statuses: dict[int, int] = field(default_factory=dict)
    accounts: set[int] = field(default_factory=set)
    happenings: list[Happening] = field(default_factory=list)
    moves: dict[int, Move] = field(default_factory=dict)
    entries: set[int] = field(default_factory=set)
    shipments: set[int] = field(default_factory=set)
