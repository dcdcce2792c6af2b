"""Lives of orders in two plants that have never heard of quantiles: what forecasts are measured against.

Nothing here is shared with what learns: work goes on in shifts, behind a queue that swells and shrinks by itself, lines
break down for days, trucks leave on their own weekdays, one plant slows down over the year, orders are taken back to
the line. Delays are drawn from these causes, each with its own dice, and drift.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection

_DAY = timedelta(days=1)
_PRODUCTS = {"PVC windows": 1.0, "Aluminium windows": 1.7, "Doors": 1.25, "Sliding systems": 2.1}  # work by product
_SHARES = (0.62, 0.14, 0.16, 0.08)


@dataclass(frozen=True, slots=True)
class Life:
    """When an order reached its stages."""

    plant: int
    product: str
    promised_on: date
    accepted_at: datetime
    production_at: datetime
    made_at: datetime
    shipped_at: datetime
    delivered_at: datetime


@dataclass
class Plant:
    """One plant's days: `shifts` are its working weekdays, `trucks` those on which it delivers."""

    number: int
    shifts: frozenset[int]
    trucks: frozenset[int]
    slows: float  # share by which it is slower after a year
    dice: random.Random
    queue: dict[int, float] = field(default_factory=dict)  # days of work that wait, by day
    halts: set[int] = field(default_factory=set)

    def prepare(self, days: int) -> None:
        """A random walk of the queue, with a peak before each winter, and breakdowns that nobody foresees."""
        level = 1.5
        for day in range(days):
            level += self.dice.gauss(0, 0.16) + 0.05 * (1.6 - level)
            self.queue[day] = max(0.2, level) * (1 + 0.35 * max(0.0, math.sin(2 * math.pi * (day - 150) / 365)))
            if self.dice.random() < 0.008:
                self.halts.update(range(day, day + self.dice.randint(1, 4)))

    def live(self, begun: datetime, at: datetime) -> Life:
        product = self.dice.choices(list(_PRODUCTS), _SHARES)[0]
        day = (at - begun).days
        pace = 1 + self.slows * day / 365
        waits = self.queue[day] * pace * self.dice.uniform(0.6, 1.5)
        production = self._work(begun, at, waits)
        work = _PRODUCTS[product] * pace * (0.8 + self.dice.gammavariate(3.0, 0.45))
        if self.dice.random() < 0.06:  # glass came broken, a sash is made again
            work += self.dice.uniform(2, 6)
        made = self._work(begun, production, work)
        shipped = self._truck(made + timedelta(hours=self.dice.uniform(8, 40)))
        road = timedelta(hours=self.dice.uniform(3, 9) if self.dice.random() < 0.8 else self.dice.uniform(24, 56))
        promised = (at + timedelta(days=self.dice.randint(9, 16))).date()
        return Life(self.number, product, promised, at, production, made, shipped, shipped + road)

    def _work(self, begun: datetime, at: datetime, days: float) -> datetime:
        """The moment at which so many days of work are done, nights, weekends and halts left out."""
        left = days * 10  # hours of a shift
        while True:
            start = datetime.combine(at.date(), time(7), tzinfo=UTC)
            end = start + timedelta(hours=10)
            works = at.weekday() in self.shifts and (start - begun).days not in self.halts
            first = max(at, start)
            if works and first < end:
                hours = (end - first) / timedelta(hours=1)
                if hours >= left:
                    return first + timedelta(hours=left)
                left -= hours
            at = start + _DAY

    def _truck(self, ready: datetime) -> datetime:
        leaving = datetime.combine(ready.date(), time(6), tzinfo=UTC)
        while leaving < ready or leaving.weekday() not in self.trucks or self.dice.random() < 0.12:  # a full truck
            leaving += _DAY
        return leaving + timedelta(minutes=self.dice.randint(0, 90))


def lives(*, orders: int, begun: datetime, days: int, seed: int = 6) -> Iterator[Life]:
    """So many orders of two plants, taken in over `days` from `begun`; the same again for the same seed."""
    plants = [
        Plant(0, frozenset(range(5)), frozenset(range(5)), 0.35, random.Random(f"{seed}:0")),
        Plant(1, frozenset(range(6)), frozenset((1, 3, 5)), -0.1, random.Random(f"{seed}:1")),
    ]
    for plant in plants:
        plant.prepare(days + 1)
    for index in range(orders):
        plant = plants[index % 3 == 0]
        at = begun + timedelta(days=days) * (index / orders)
        yield plant.live(begun, at.replace(hour=8 + index % 9, minute=index % 60))


_ORDERS = """
WITH lives AS (
    SELECT * FROM jsonb_to_recordset(%(lives)s::jsonb) AS r (plant_id bigint, product text, promised_on date,
        accepted_at timestamptz, production_at timestamptz, made_at timestamptz, shipped_at timestamptz,
        delivered_at timestamptz, key text)
), made AS (
    INSERT INTO crm_order (plant_id, plant_key, dealer_id, number, reference, client, product, comment, received_at,
        approved_at, identity_version, created_at)
    SELECT plant_id, key, %(dealer)s, key, '', '', product, '', accepted_at, accepted_at, 1, accepted_at FROM lives
    RETURNING id, plant_key
)
INSERT INTO crm_orderstate (order_id, dealer_id, plant_id, stage, status, is_on_hold, is_cancelled, accepted_at,
    production_at, made_at, shipped_at, delivered_at, promised_on, quantity, made, shipped, stage_version,
    delivery_version, stage_as_of, changed_at)
SELECT made.id, %(dealer)s, plant_id, 80, 80, false, false, accepted_at, production_at, made_at, shipped_at,
    delivered_at, promised_on, 0, 0, 0, 1, 0, delivered_at, delivered_at
FROM lives JOIN made ON made.plant_key = lives.key
"""


def store(found: Sequence[Life], *, dealer_id: int, plant_ids: Sequence[int], prefix: str = "H") -> None:
    """Put the lives into the house as orders that were delivered."""
    for first in range(0, len(found), 5000):
        rows = [_row(life, f"{prefix}-{first + place}", plant_ids) for place, life in enumerate(found[first:][:5000])]
        with connection.cursor() as cursor:
            cursor.execute(_ORDERS, {"lives": json.dumps(rows, default=str), "dealer": dealer_id})


def _row(life: Life, key: str, plant_ids: Sequence[int]) -> dict[str, Any]:
    stamps = ("accepted_at", "production_at", "made_at", "shipped_at", "delivered_at", "promised_on", "product")
    return {"plant_id": plant_ids[life.plant], "key": key, **{name: getattr(life, name) for name in stamps}}
