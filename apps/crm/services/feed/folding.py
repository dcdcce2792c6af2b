"""How an order's stage follows from what its plant said, version by version. Pure: rows in, rows out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from apps.crm.models import Stage, Status

STAGES = {
    "received": Stage.RECEIVED,
    "accepted": Stage.ACCEPTED,
    "production": Stage.PRODUCTION,
    "made": Stage.MADE,
    "shipped": Stage.SHIPPED,
    "delivered": Stage.DELIVERED,
}
DATED = (Stage.ACCEPTED, Stage.PRODUCTION, Stage.MADE, Stage.SHIPPED, Stage.DELIVERED)
_TOLD: dict[int, str] = {Stage.ACCEPTED: "accepted", Stage.SHIPPED: "shipped", Stage.DELIVERED: "delivered"}


@dataclass(slots=True)
class Standing:
    """How an order stands.

    `dates` are the moments of the stages that it reached and was not taken back from: whole only of one folded from
    the beginning. `reaches`: the last thing heard named a stage. `approved_at` is set where the approval is new.
    """

    order_id: int
    stage: int = Stage.RECEIVED
    status: int = Status.RECEIVED
    is_on_hold: bool = False
    is_cancelled: bool = False
    quantity: int = 0
    made: int = 0
    shipped: int = 0
    version: int = 0
    is_approved: bool = False
    number: str = ""  # the order's, and its dealer's entity: known of those read under lock
    entity_id: int = 0
    as_of: datetime | None = None
    approved_at: datetime | None = None
    reaches: bool = False
    dates: dict[int, datetime] = field(default_factory=dict)
    happened: list[tuple[str, datetime]] = field(default_factory=list)

    def hear(self, what: dict[str, Any], version: int, at: datetime, *, counts: bool = True) -> None:
        """Let it follow the next newer version: what a record leaves out stays as it is.

        `counts`: whether it goes by the record's own ones, there being no constructions.
        """
        self.version, self.as_of = version, at
        if "stage" in what:
            self._reach(what["stage"], at)
        if "on_hold" in what:
            self._tell("held", at, when=what["on_hold"] and not self.is_on_hold)
            self.is_on_hold = what["on_hold"]
        if "cancelled" in what:
            self._tell("cancelled", at, when=what["cancelled"] and not self.is_cancelled)
            self.is_cancelled = what["cancelled"]
        if counts:
            for name in ("quantity", "made", "shipped"):
                setattr(self, name, what.get(name, getattr(self, name)))

    def _reach(self, stage: int, at: datetime) -> None:
        self.reaches = True
        if stage >= Stage.ACCEPTED and not self.is_approved:
            self.is_approved, self.approved_at = True, at
        if stage != self.stage and stage in _TOLD:
            self._tell(_TOLD[stage], at, when=True)
        if self.dates and stage < self.stage:  # a correction takes back what it had gone beyond
            self.dates = {reached: date for reached, date in self.dates.items() if reached <= stage}
        if stage in DATED:
            self.dates.setdefault(stage, at)
        self.stage = stage

    def _tell(self, kind: str, at: datetime, *, when: bool) -> None:
        """What went on before the plant's approval isn't for readers."""
        if when and self.is_approved:
            self.happened.append((kind, at))

    def derive(self) -> None:
        self.status = shown(self)


def shown(standing: Standing) -> int:
    """What readers are shown: an overlay, else what counts of pieces say, else the stage."""
    if standing.is_cancelled:
        return Status.CANCELLED
    if standing.is_on_hold:
        return Status.ON_HOLD
    quantity, stage = standing.quantity, standing.stage
    if quantity > 0 and stage in (Stage.PRODUCTION, Stage.MADE):
        if standing.shipped > 0:
            return Status.SHIPPED if standing.shipped >= quantity else Status.PARTLY_SHIPPED
        if stage == Stage.PRODUCTION and standing.made > 0:
            return Status.MADE if standing.made >= quantity else Status.PARTLY_MADE
    return stage


def fold(order_id: int, events: Iterable[tuple[dict[str, Any], int, datetime]]) -> Standing:
    """From the beginning: all that was told of an order's stage, by version."""
    standing = Standing(order_id)
    for what, version, at in events:
        standing.hear(what, version, at)
    return standing


def is_told(what: dict[str, Any], newer: Iterable[dict[str, Any]]) -> bool:
    """Whether newer versions told each thing that this one says."""
    left = set(what)
    for one in newer:
        left -= one.keys()
    return not left
