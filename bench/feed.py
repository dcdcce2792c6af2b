"""How fast changes of plants come in, on the orders of the dealers' figures."""

from __future__ import annotations

import csv
import io
import random
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from apps.core import clock
from apps.crm.feed.records import OrderStatusRecord
from apps.crm.models import FieldOwner, Plant
from apps.crm.services.feed import Arrival
from apps.crm.services.feed.applying import announce, apply_arrivals
from bench.dealers import fill_dealers
from bench.figures import Row
from bench.house import House

SOURCE = "plant-a"
_BATCH = 500
_BATCHES = 24  # of each kind, one after the other
_STAGES = ("accepted", "production", "made", "shipped", "delivered")
_NUMBERS = dict(zip(_STAGES, (10, 20, 40, 60, 80), strict=True))
_UPDATE = """
UPDATE crm_orderstate t SET stage = s.stage, status = s.stage, stage_version = s.version, stage_as_of = s.at,
    changed_at = s.at
FROM bare s JOIN crm_order o ON o.plant_id = %s AND o.plant_key = s.key
WHERE t.order_id = o.id AND t.stage_version < s.version
"""
_INSERT = """
INSERT INTO crm_orderevent (order_id, dealer_id, source, record, version, digest, kind, what, is_money, is_stale,
    happened_at, received_at)
SELECT o.id, o.dealer_id, %s, 'status:' || s.key, s.version, 0, 'stage', s.what, false, false, s.at, s.at
FROM bare s JOIN crm_order o ON o.plant_id = %s AND o.plant_key = s.key
"""


def measure(house: House) -> Iterator[Row]:
    orders = fill_dealers(house)
    plant = Plant.objects.get(key="plant-a")  # its orders are those of even numbers
    FieldOwner.objects.get_or_create(plant=plant, group="stage", defaults={"source": SOURCE})
    yield from _feed(plant, orders)


def _feed(plant: Plant, orders: int) -> Iterator[Row]:
    """Batches by the house and bare ones take turns, so that both meet the same caches and the same neighbours."""
    start = int(time.time() * 1000)
    draw = random.Random(start)
    ours, bare = [], []
    for number in range(_BATCHES + 1):
        first = _timed(_ours, _changes(draw, orders, start + 2 * number), plant)
        second = _timed(_bare, _changes(draw, orders, start + 2 * number + 1), plant)
        if number:  # the first warms up
            ours.append(first)
            bare.append(second)
    rate, ideal = (_BATCH * _BATCHES / sum(times) for times in (ours, bare))
    yield Row("plant changes applied, history and fan-out, batches of 500", rate, "/s", 8000, ideal, at_least=True)
    yield Row("the same as a share of bare COPY, UPDATE and INSERT", rate / ideal, "", 0.4, at_least=True)


def _changes(draw: random.Random, orders: int, version: int) -> list[tuple[str, int, str, datetime]]:
    """The next stage of so many orders: an order's life brings each of the five once."""
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(milliseconds=version % 10**9)
    chosen = draw.sample(range(2, orders + 1, 2), min(_BATCH, orders // 2))
    return [(f"K-{pk}", version, _STAGES[place % 5], at) for place, pk in enumerate(chosen)]


def _timed(deed: Callable[..., None], changes: Sequence[Any], plant: Plant) -> float:
    began = time.perf_counter()
    deed(changes, plant)
    return time.perf_counter() - began


def _ours(changes: Sequence[tuple[str, int, str, datetime]], plant: Plant) -> None:
    now = clock.now()
    arrivals = [
        Arrival(OrderStatusRecord(key=key, version=version, happened_at=at, stage=stage), ticket, None, now)  # type: ignore[arg-type]  # one of the words
        for ticket, (key, version, stage, at) in enumerate(changes)
    ]
    with transaction.atomic():
        announce(apply_arrivals(arrivals, source=SOURCE, plant=plant, now=now))


def _bare(changes: Sequence[tuple[str, int, str, datetime]], plant: Plant) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        (key, version, _NUMBERS[stage], at, f'{{"stage": {_NUMBERS[stage]}}}') for key, version, stage, at in changes
    )
    text.seek(0)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")
        cursor.execute(
            "CREATE TEMP TABLE IF NOT EXISTS bare (key text, version bigint, stage int, at timestamptz, what jsonb)"
            " ON COMMIT DELETE ROWS"
        )
        cursor.cursor.copy_expert("COPY bare FROM STDIN WITH (FORMAT csv)", text)
        cursor.execute(_UPDATE, [plant.pk])
        cursor.execute(_INSERT, [SOURCE, plant.pk])
