"""Rows of the report and how times are taken."""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """One measured figure. `budget` is a ceiling, or a floor where `at_least`; `ideal` was measured beside it."""

    name: str
    value: float
    unit: str
    budget: float | None = None
    ideal: float | None = None
    at_least: bool = False

    @property
    def ok(self) -> bool:
        if self.budget is None:
            return True
        return self.value >= self.budget if self.at_least else self.value <= self.budget

    def as_json(self) -> dict[str, Any]:
        told = asdict(self)
        del told["at_least"]
        return {**told, "ok": self.ok}

    def __str__(self) -> str:
        budget = "" if self.budget is None else f"{'at least' if self.at_least else 'at most'} {self.budget:,g}"
        ideal = "" if self.ideal is None else f"ideal {self.ideal:,.4g}"
        verdict = "ok" if self.ok else "MISSED"
        return f"{self.name:<64} {self.value:>10,.4g} {self.unit:<10} {budget:<16} {ideal:<16} {verdict}"


def times(deed: Callable[[Any], object], items: Iterable[Any]) -> list[float]:
    """Milliseconds that `deed` takes for each item."""
    taken = []
    for item in items:
        began = time.perf_counter()
        deed(item)
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def median(taken: list[float]) -> float:
    return round(statistics.median(taken), 2)


def p95(taken: list[float]) -> float:
    ordered = sorted(taken)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], 2)


def machine(database: str) -> dict[str, Any]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(memory, 1),
        "load_before": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "database": database,
        "system": platform.platform(),
    }


def say(text: str) -> None:
    """Progress; the report alone goes to standard output."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
