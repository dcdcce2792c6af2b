"""The plants at play: facts become records, records go to the systems, and those to us."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from apps.sync.simulator.decisions import Decisions
from apps.sync.simulator.dialects.base import Dialect
from apps.sync.simulator.facts import Fact, PieceFact, ShipmentFact
from apps.sync.simulator.mistakes import Mistakes
from apps.sync.simulator.outlets import Books, Folder, Push
from apps.sync.simulator.world import World

_ROUND = 0.25  # seconds between two deliveries of a plant
_ASKING = 8  # rounds between two questions for decisions


@dataclass
class Plant:
    """A world, the words it is told in, and the systems that tell it; `only` limits these to some roles."""

    world: World
    dialect: Dialect
    push: Push
    books: Books
    prices: Folder
    mistakes: Mistakes
    decisions: Decisions
    only: frozenset[str] = frozenset({"production", "books", "prices"})
    said: dict[str, int] = field(default_factory=dict)

    def tell(self, facts: Iterable[Fact]) -> int:
        """Hand facts to the systems; how many records came of it."""
        told = 0
        for fact in facts:
            for said in self.dialect.say(fact):
                if said.role not in self.only:
                    continue
                told += 1
                if said.role == "production":
                    records = list(self.mistakes.pass_on(said.record))
                    self.push.say(records)
                    told += len(records) - 1
                elif said.role == "books":
                    self.books.say(said.table, said.record)
                else:
                    self.prices.say(said.record)
                self.said[said.role] = self.said.get(said.role, 0) + 1
        return told

    def deliver(self, now: datetime) -> None:
        self.push.say(list(self.mistakes.due()))
        self.push.flush(now)
        self.books.flush()
        self.prices.flush()

    def book_decisions(self, now: datetime) -> int:
        """Book what decisions on claims have given dealers since accounting last asked; how many it was."""
        if "books" not in self.only:
            return 0
        booked = 0
        self.books.flush()
        for decided, after in self.decisions.since(self.books.after):
            for each in decided:
                booked += self.tell(self.world.make_good(now, each.dealer, each.amount, each.claim, each.kind))
            self.books.flush(after)
        return booked

    def finish(self, now: datetime) -> None:
        """Send what was held back, so that nothing waits for its order for ever."""
        self.push.say(self.mistakes.rest())
        self.deliver(now)


def past(world: World, *, orders: int, until: datetime, days: int = 120) -> Iterable[Fact]:
    """What a plant did in the `days` before `until`, with so many orders, day by day."""
    begun = until - timedelta(days=days)
    yield from world.introduce(begun)
    made = 0
    for day in range(days):
        morning = begun + timedelta(days=day, hours=8)
        share = round(orders * (day + 1) / days) - made
        for index in range(share):
            yield from world.take_order(morning + timedelta(minutes=540 * index / max(1, share)))
        made += share
        yield from world.advance(min(morning + timedelta(hours=16), until))


def newest(facts: Iterable[Fact]) -> Iterable[Fact]:
    """The same past without what was overtaken: of each piece and voyage only how it ended. For a first load."""
    told = list(facts)
    last = {_thing(fact): index for index, fact in enumerate(told)}
    return (fact for index, fact in enumerate(told) if last[_thing(fact)] == index)


def _thing(fact: Fact) -> object:
    match fact:
        case PieceFact():
            return (fact.number, fact.piece.position)
        case ShipmentFact():
            return fact.voyage
        case _:
            return id(fact)


def play(
    plants: Sequence[Plant],
    *,
    rate: float,
    seconds: float | None,
    clock: Callable[[], datetime],
    dice: random.Random,
    keep: Callable[[], None],
) -> int:
    """Tell about `rate` records a second over all plants for `seconds`, or until stopped; how many were told.

    `keep` is called now and then, and at the end, to write down how far the worlds are.
    """
    began = time.monotonic()
    told = rounds = 0
    while seconds is None or time.monotonic() - began < seconds:
        rounds += 1
        while told < rate * (time.monotonic() - began + _ROUND):
            plant = dice.choice(plants)
            few = len(plant.world.jobs) < 10
            facts = plant.world.take_order if few or dice.random() < 0.12 else plant.world.advance_one
            told += plant.tell(facts(clock()))
        for plant in plants:
            plant.deliver(clock())
            if rounds % _ASKING == 1:
                told += plant.book_decisions(clock())
        if rounds % 40 == 0:
            keep()
        time.sleep(max(0.0, began + rounds * _ROUND - time.monotonic()))
    for plant in plants:
        plant.finish(clock())
    keep()
    return told
