"""How fast changes of plants come in, on the orders of the dealers' figures."""

from __future__ import annotations

import csv
import io
import multiprocessing
import random
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction

from apps.core import clock
from apps.crm.feed.records import OrderStatusRecord
from apps.crm.models import FieldOwner, Plant
from apps.crm.services.feed import Arrival
from apps.crm.services.feed.applying import announce, apply_arrivals
from bench.dealers import fill_dealers
from bench.figures import Row
from bench.house import House

if TYPE_CHECKING:
    from multiprocessing.queues import Queue
    from multiprocessing.synchronize import Barrier

_PLANTS = ("plant-a", "plant-b")  # their sources have their names; each has a worker, as sources have in the house
_BATCH = 500
_ROUNDS = 6  # of ours and bare ones in turn, so that both meet the same caches and the same neighbours
_BATCHES = 4  # of a plant in a round
# Rounds before: after a checkpoint the first change of a page takes the whole page into the log, which a feed that runs
# all day pays once in many changes.
_WARM = 12
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
    for plant in Plant.objects.filter(key__in=_PLANTS):
        FieldOwner.objects.get_or_create(plant=plant, group="stage", defaults={"source": plant.key})
    ours, bare = _both_plants(orders)
    yield Row("plant changes applied, history and fan-out, batches of 500", ours, "/s", 8000, bare, at_least=True)
    yield Row("the same as a share of bare COPY, UPDATE and INSERT", ours / bare, "", 0.4, at_least=True)


def _both_plants(orders: int) -> tuple[float, float]:
    """Changes a second with a process for each plant, applied by the house and barely."""
    connection.close()  # nobody shares a connection with a child
    fork = multiprocessing.get_context("fork")
    together, times = fork.Barrier(len(_PLANTS)), fork.Queue()
    workers = [fork.Process(target=_work, args=(key, orders, together, times)) for key in _PLANTS]
    for worker in workers:
        worker.start()
    taken = [times.get() for _worker in workers]
    for worker in workers:
        worker.join()
    changes = _BATCH * _BATCHES * len(_PLANTS) * _ROUNDS
    # A round lasts until its slower worker is through.
    ours, bare = (sum(map(max, zip(*rounds, strict=True))) for rounds in zip(*taken, strict=True))
    return changes / ours, changes / bare


def _work(key: str, orders: int, together: Barrier, times: Queue[tuple[list[float], list[float]]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {settings.DATABASE_WEB_ROLE}")
    plant = Plant.objects.get(key=key)
    start = int(time.time() * 1000)
    draw = random.Random(start + plant.pk)
    ours, bare = [], []
    for number in range(_WARM + _ROUNDS):
        first_version = start + 2 * number * _BATCHES
        batches = [_changes(draw, plant, orders, first_version + place) for place in range(2 * _BATCHES)]
        together.wait()
        first = _timed(_ours, batches[:_BATCHES], plant)
        together.wait()
        second = _timed(_bare, batches[_BATCHES:], plant)
        if number >= _WARM:
            ours.append(first)
            bare.append(second)
    times.put((ours, bare))


def _changes(draw: random.Random, plant: Plant, orders: int, version: int) -> list[tuple[str, int, str, datetime]]:
    """The next stage of so many orders: an order's life brings each of the five once."""
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(milliseconds=version % 10**9)
    # Its orders are those of even numbers, or of odd ones.
    chosen = draw.sample(range(2 + _PLANTS.index(plant.key), orders + 1, 2), min(_BATCH, orders // 2 - 1))
    return [(f"K-{pk}", version, _STAGES[place % 5], at) for place, pk in enumerate(chosen)]


def _timed(deed: Callable[..., None], batches: Sequence[Any], plant: Plant) -> float:
    began = time.perf_counter()
    for changes in batches:
        deed(changes, plant)
    return time.perf_counter() - began


def _ours(changes: Sequence[tuple[str, int, str, datetime]], plant: Plant) -> None:
    now = clock.now()
    arrivals = [
        Arrival(OrderStatusRecord(key=key, version=version, happened_at=at, stage=stage), ticket, None, now)  # type: ignore[arg-type]  # one of the words
        for ticket, (key, version, stage, at) in enumerate(changes)
    ]
    with transaction.atomic():
        announce(apply_arrivals(arrivals, source=plant.key, plant=plant, now=now))


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
        cursor.execute(_INSERT, [plant.key, plant.pk])
