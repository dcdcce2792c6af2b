"""What goes wrong between a plant and us: broken records, repeats, old ones late, orders after their parts."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from apps.sync.simulator.dialects.base import Raw

_LATE = 10_000_000  # microseconds by which a record that comes late is older


@dataclass
class Mistakes:
    """`share` of the records has something the matter. What is held back comes by `rest` at the latest."""

    share: float
    dice: random.Random
    held: list[tuple[int, Raw]] = field(default_factory=list)  # rounds to wait, record
    counts: dict[str, int] = field(default_factory=dict)

    def pass_on(self, record: Raw) -> Iterator[Raw]:
        """The record, or what becomes of it."""
        if not self.share or self.dice.random() >= self.share:
            yield record
            return
        kind = self.dice.choice(("broken", "twice", "late", "early"))
        if kind == "early" and not _is_order(record):
            kind = "twice"
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if kind == "broken":
            yield record
            yield self._broken(record)
        elif kind == "twice":
            yield record
            yield record
        elif kind == "late":
            yield record
            yield _older(record)
        else:  # its pieces and states come first
            self.held.append((self.dice.randint(2, 6), record))

    def due(self) -> Iterator[Raw]:
        """Orders whose time has come; once a round."""
        self.held = [(rounds - 1, record) for rounds, record in self.held]
        for rounds, record in self.held:
            if rounds <= 0:
                yield record
        self.held = [each for each in self.held if each[0] > 0]

    def rest(self) -> list[Raw]:
        """All that is still held back."""
        records, self.held = [record for _rounds, record in self.held], []
        return records

    def _broken(self, record: Raw) -> Raw:
        """One of the things that break: a field away, a number that can't be, a word nobody knows, another type."""
        keys = [key for key in record if key not in ("doc", "вид")]
        key = self.dice.choice(keys)
        broken = {**record, **{name: value + 1 for name, value in record.items() if name in ("rev", "мить")}}
        match self.dice.randrange(4):
            case 0:
                broken[keys[0]] = {"what": "is this"}
            case 1:
                broken[key] = -1
                broken["rev" if "rev" in record else "мить"] = -5
            case 2:
                broken.pop("rev", None)
                broken.pop("мить", None)
            case _:
                broken["doc" if "doc" in record else "вид"] = "?"
        return broken


def _is_order(record: Raw) -> bool:
    return record.get("doc") == "ORDER" or record.get("вид") == "замовлення"


def _older(record: Raw) -> Raw:
    return {**record, **{key: value - _LATE for key, value in record.items() if key in ("rev", "мить")}}
