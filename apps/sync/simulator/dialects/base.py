"""What every dialect does: raw records for the systems of one plant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from apps.sync.simulator.facts import Fact

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """What one fact makes some system say: to `production` as JSON, a row of a table of `books`, a line of a file."""

    role: str  # "production", "books", "prices"
    record: Raw
    table: str = ""  # of books


@dataclass(frozen=True, kw_only=True)
class Setup:
    """A source as an administrator would enter it."""

    role: str
    title: str
    kind: str  # "push", "pull", "drop"
    groups: tuple[str, ...]
    mapping: Mapping[str, Any]
    settings: Mapping[str, Any] = field(default_factory=dict)


class Dialect(Protocol):
    """A module of this package."""

    @property
    def plant(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def city(self) -> str: ...
    @property
    def geo(self) -> tuple[float, float]: ...
    @property
    def setups(self) -> tuple[Setup, ...]: ...
    @property
    def tables(self) -> tuple[str, ...]:
        """CREATE TABLE statements of its books."""
        ...

    def say(self, fact: Fact) -> list[Said]: ...


def micros(moment: datetime) -> int:
    """Microseconds since 1970: the version of systems that keep none."""
    return int(moment.timestamp() * 1_000_000)
