"""What a round did, counted."""

from __future__ import annotations

from dataclasses import astuple, dataclass


@dataclass(slots=True)
class Tally:
    """`gone` were taken out there, `heard` are unsubscribes that they told us of."""

    sent: int = 0
    unchanged: int = 0
    refused: int = 0
    gone: int = 0
    heard: int = 0

    def add(self, other: Tally) -> None:
        self.sent += other.sent
        self.unchanged += other.unchanged
        self.refused += other.refused
        self.gone += other.gone
        self.heard += other.heard

    @property
    def total(self) -> int:
        return sum(astuple(self))

    @property
    def tells_something(self) -> bool:
        return self.total > self.unchanged
