"""A plant's days: orders come in, are approved, made, loaded and driven out; money follows."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from apps.sync.simulator import names
from apps.sync.simulator.drawings import SHAPES
from apps.sync.simulator.facts import (
    DealerFact,
    Fact,
    Firm,
    Load,
    MoneyFact,
    OrderFact,
    Piece,
    PieceFact,
    PriceFact,
    ShipmentFact,
    StatusFact,
    Stop,
)

MOST_STOPS = 6  # of one voyage
MISTYPED = 0.05  # of the payments: the books have them wrong at first, and correct them


@dataclass(slots=True)
class Job:
    """An order in the plant: how far it is, and when it does its next step."""

    number: int
    firm: Firm
    pieces: list[Piece]
    step: str
    due: datetime
    is_held: bool = False
    paid: Decimal = Decimal(0)

    @property
    def total(self) -> Decimal:
        return sum((piece.price for piece in self.pieces), Decimal(0))


@dataclass
class World:
    """One plant. `pace` shortens its days: 1 is life, 1/600 puts a week into a quarter of an hour."""

    plant: str  # "kyiv"
    seed: int
    firms: int
    pace: float = 1.0
    first_number: int = 100_000  # of orders; a run that follows another one goes on above it
    last_entry: int = 0  # of the books, and of voyages: the same
    last_trip: int = 0
    dice: random.Random = field(init=False)
    dealers: list[Firm] = field(init=False)
    jobs: dict[int, Job] = field(default_factory=dict)
    ready: list[Job] = field(default_factory=list)  # made, waiting for a truck
    voyages: list[tuple[datetime, str, ShipmentFact, list[Job]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(f"{self.seed}:{self.plant}")  # noqa: S311  a play, not a secret
        self.dealers = [self._firm(number) for number in range(1, self.firms + 1)]
        self.last_number = self.first_number
        self.last_entry = max(self.last_entry, self.first_number * 10)
        self.last_trip = max(self.last_trip, self.first_number)

    def introduce(self, at: datetime) -> Iterator[Fact]:
        """All dealers, with what they owed when the plant's books began."""
        for firm in self.dealers:
            yield DealerFact(at, firm)
        for firm in self.dealers:
            yield MoneyFact(at, self._next_entry(), firm, "opening", self._sum(-20_000, 60_000))

    def take_order(self, at: datetime) -> Iterator[Fact]:
        """A shop has made an order in its program: it arrives, with its pieces, and isn't approved yet."""
        firm = self.dice.choice(self.dealers[: max(1, len(self.dealers) // 4)] * 2 + self.dealers)
        self.last_number += 1
        number = self.last_number
        pieces = [self._piece(position) for position in range(1, self.dice.choice((1, 2, 2, 3, 3, 4, 6)) + 1)]
        job = Job(number, firm, pieces, "accepted", at + self._hours(2, 30))
        self.jobs[number] = job
        client = self.dice.choice(names.CLIENTS)
        promised = (at + timedelta(days=self.dice.randint(9, 20))).date()
        yield OrderFact(at, number, firm, f"{firm.number}/{number % 1000}", client, self._product(pieces), promised)
        for piece in pieces:
            yield PieceFact(at, number, piece, 0, 0, "accepted")

    def advance(self, now: datetime) -> Iterator[Fact]:
        """Whatever was due by `now`, in the order of time as far as one plant's systems keep it."""
        for job in [job for job in self.jobs.values() if job.due <= now]:
            yield from self._step(job, job.due)
        yield from self._drive(now)

    def advance_one(self, now: datetime) -> Iterator[Fact]:
        """The next step of some order, whenever it was due: what keeps a short demonstration lively."""
        waiting = [job for job in self.jobs.values() if not job.is_held]
        if len(self.ready) >= MOST_STOPS or (self.ready and not waiting):
            yield from self._load(now)
        elif self.voyages and self.dice.random() < 0.3:
            self.voyages.sort(key=lambda voyage: voyage[0])
            _due, word, fact, jobs = self.voyages.pop(0)
            yield from self._sail(now, word, fact, jobs)
        elif waiting:
            yield from self._step(self.dice.choice(waiting), now)

    def make_good(self, at: datetime, code: str, amount: Decimal, claim: str, kind: str) -> Iterator[Fact]:
        """Accounting books what a claim's decision announced: a compensation, or a correction of a disputed line."""
        for firm in self.dealers:
            if firm.code == code:
                yield MoneyFact(at, self._next_entry(), firm, kind, -amount, claim=claim)

    def _step(self, job: Job, at: datetime) -> Iterator[Fact]:
        if job.is_held:
            job.is_held, job.due = False, at + self._hours(4, 20)
            yield StatusFact(at, job.number, "resumed")
            return
        luck = self.dice.random()
        if job.step in ("production", "making") and luck < 0.02:
            job.is_held, job.due = True, at + self._hours(20, 70)
            yield StatusFact(at, job.number, "hold")
        elif job.step == "production" and luck > 0.99:
            del self.jobs[job.number]
            yield StatusFact(at, job.number, "cancelled")
        elif job.step == "accepted":
            job.step, job.due = "production", at + self._hours(20, 60)
            yield StatusFact(at, job.number, "accepted")
            yield from (PriceFact(at, job.number, piece.position, piece.price) for piece in job.pieces)
            yield PriceFact(at, job.number, 0, job.total)
            yield MoneyFact(at, self._next_entry(), job.firm, "charge", job.total, order=job.number)
        elif job.step == "production":
            job.step, job.due = "making", at + self._hours(30, 90)
            yield StatusFact(at, job.number, "production")
        else:
            yield from self._make(job, at)

    def _make(self, job: Job, at: datetime) -> Iterator[Fact]:
        """Pieces leave the line one position after another; with the last one the order is made."""
        for piece in job.pieces:
            if piece.made < piece.quantity:
                piece.made = piece.quantity
                yield PieceFact(at, job.number, piece, piece.made, 0, "made")
                break
        if all(piece.made == piece.quantity for piece in job.pieces):
            del self.jobs[job.number]
            self.ready.append(job)
            yield StatusFact(at, job.number, "made")
        else:
            job.due = at + self._hours(1, 8)
        if self.dice.random() < 0.35:
            yield from self._pay(job, at, self.dice.randint(30, 100))

    def _pay(self, job: Job, at: datetime, percent: int) -> Iterator[Fact]:
        """The firm pays so much of what is open of an order; now and then its client does."""
        amount = ((job.total - job.paid) * percent / 100).quantize(Decimal("0.01"))
        if amount > 0:
            job.paid += amount
            client = self.dice.choice(("", "", *names.CLIENTS))
            paid = MoneyFact(at, self._next_entry(), job.firm, "payment", -amount, order=job.number, client=client)
            if self.dice.random() < MISTYPED:
                wrong = paid.amount - self.dice.randint(1, 9) * 100
                yield replace(paid, at=at - timedelta(minutes=10), amount=wrong)
            yield paid

    def _drive(self, now: datetime) -> Iterator[Fact]:
        while len(self.ready) >= MOST_STOPS:
            yield from self._load(now)
        for voyage in sorted((each for each in self.voyages if each[0] <= now), key=lambda each: each[0]):
            self.voyages.remove(voyage)
            due, word, fact, jobs = voyage
            yield from self._sail(due, word, fact, jobs)

    def _load(self, at: datetime) -> Iterator[Fact]:
        """A truck for what is ready, its stops from the nearest to the farthest."""
        home = names.CITIES[self.plant][0]
        jobs, self.ready = self.ready[: MOST_STOPS * 2], self.ready[MOST_STOPS * 2 :]
        firms = sorted({job.firm for job in jobs}, key=lambda firm: _far(firm.geo, home[1:]))
        jobs += [job for job in self.ready if job.firm in firms]
        self.ready = [job for job in self.ready if job.firm not in firms]
        start = at + self._hours(14, 20)
        leg = timedelta(hours=2) * self.pace
        stops = tuple(
            Stop(firm, index, (start + leg * index, start + leg * (index + 1))) for index, firm in enumerate(firms, 1)
        )
        loads = tuple(
            Load(job.number, job.firm, piece.position, piece.quantity) for job in jobs for piece in job.pieces
        )
        driver, phone = self.dice.choice(names.DRIVERS)
        truck = self.dice.choice(names.TRUCKS)
        self.last_trip += 1
        fact = ShipmentFact(at, self.last_trip, "planned", start.date(), truck, driver, phone, stops, loads, None)
        self.voyages.append((start - self._hours(2, 3), "loading", fact, jobs))
        yield fact

    def _sail(self, at: datetime, word: str, fact: ShipmentFact, jobs: list[Job]) -> Iterator[Fact]:
        """The next step of a voyage; on the way, the driver reports stop after stop."""
        departed = fact.departed_at or (at if word == "on_the_way" else None)
        done = {"done": len(fact.stops), "stop": _done_count(fact) + 1}.get(word, 0)
        now = replace(
            fact,
            at=at,
            word="on_the_way" if word == "stop" else word,
            stops=_done_stops(fact.stops, done, at),
            departed_at=departed,
        )
        yield now
        if word == "loading":
            self.voyages.append((at + self._hours(2, 3), "on_the_way", now, jobs))
        elif word in ("on_the_way", "stop"):
            following = "stop" if _done_count(now) + 1 < len(now.stops) else "done"
            self.voyages.append((at + self._hours(1.5, 2.6), following, now, jobs))
        if word == "on_the_way":
            for job in jobs:
                yield StatusFact(at, job.number, "shipped")
                for piece in job.pieces:
                    yield PieceFact(at, job.number, piece, piece.quantity, piece.quantity, "shipped")
        elif word == "done":
            for job in jobs:
                yield StatusFact(at, job.number, "delivered")
                fee = self._sum(200, 900)
                yield MoneyFact(at, self._next_entry(), job.firm, "delivery", fee, order=job.number)
                if self.dice.random() < 0.85:
                    yield from self._pay(job, at, 100)

    def _firm(self, number: int) -> Firm:
        city, north, east = self.dice.choice(names.CITIES[self.plant])
        name = f"{self.dice.choice(names.FIRMS)} {self.dice.choice(names.ENDINGS)} {number}"
        street = f"{self.dice.choice(names.STREETS)}, {self.dice.randint(1, 120)}"
        geo = (round(north + self.dice.uniform(-0.1, 0.1), 4), round(east + self.dice.uniform(-0.1, 0.1), 4))
        limit = Decimal(self.dice.randint(5, 60) * 10_000)
        code = f"{self.plant[:1].upper()}{number:04d}"
        mail = f"office{number}@{self.plant}-dealers.example"
        return Firm(number, code, name, city, street, geo, f"+38067{2_000_000 + number}", mail, limit)

    def _piece(self, position: int) -> Piece:
        shape = self.dice.choice(tuple(SHAPES))
        tall = shape in ("door", "slide")
        width = self.dice.randrange(600, 1001 if shape in ("one", "door") else 2401, 10)
        height = self.dice.randrange(1900, 2301, 10) if tall else self.dice.randrange(900, 1601, 10)
        quantity = self.dice.choice((1, 1, 1, 2, 4))
        price = (Decimal(width * height) / 1000 * self.dice.randint(3, 6) * quantity).quantize(Decimal("0.01"))
        colour, glass, hardware = (self.dice.choice(group) for group in (names.COLOURS, names.GLASS, names.HARDWARE))
        return Piece(position, shape, width, height, colour, glass, hardware, quantity, price)

    def _product(self, pieces: list[Piece]) -> str:
        return {"door": "Doors", "slide": "Sliding systems"}.get(pieces[0].shape, self.dice.choice(names.PRODUCTS[:2]))

    def _next_entry(self) -> int:
        self.last_entry += 1
        return self.last_entry

    def _hours(self, least: float, most: float) -> timedelta:
        return timedelta(hours=self.dice.uniform(least, most)) * self.pace

    def _sum(self, least: int, most: int) -> Decimal:
        return Decimal(self.dice.randint(least * 100, most * 100)) / 100


def _far(one: tuple[float, float], other: tuple[float, float]) -> float:
    return (one[0] - other[0]) ** 2 + ((one[1] - other[1]) * 0.64) ** 2


def _done_count(fact: ShipmentFact) -> int:
    return sum(1 for stop in fact.stops if stop.done_at)


def _done_stops(stops: tuple[Stop, ...], count: int, at: datetime) -> tuple[Stop, ...]:
    """The first `count` done, now if they weren't before."""
    return tuple(
        stop if stop.done_at or number >= count else replace(stop, done_at=at, signed_by=stop.firm.name)
        for number, stop in enumerate(stops)
    )
