"""Forecasts of deliveries: how good on a history they haven't seen, and how long learning and working out take."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from apps.core import clock
from apps.crm.models import Dealer, Plant, Status
from apps.crm.services.promises.learning import learn_timings, stored_timings
from apps.crm.services.promises.measuring import measure as measure_forecasts
from apps.crm.services.promises.working_out import Telling, work_out
from bench.dealers import fill_dealers
from bench.figures import Row
from bench.house import House
from bench.plant_history import lives, store

_BEGUN = datetime(2025, 1, 6, tzinfo=UTC)
_DAYS, _TESTED = 540, 12  # days of history; weeks of them that are measured
_PORTION = 1000
_STAMPS = """
UPDATE crm_orderstate s SET accepted_at = b.at, production_at = b.at + (1 + order_id %% 7) * interval '9 hours',
    made_at = b.at + (8 + order_id %% 11) * interval '9 hours',
    shipped_at = b.at + (20 + order_id %% 13) * interval '9 hours',
    delivered_at = b.at + (34 + order_id %% 17) * interval '9 hours'
FROM (SELECT order_id AS id, %(now)s - (20 + order_id %% 380) * interval '1 day' AS at FROM crm_orderstate) b
WHERE b.id = s.order_id AND s.stage > 0
"""


def measure(house: House) -> Iterator[Row]:
    """Everything happens in transactions that are taken back: other figures find what they left."""
    orders = fill_dealers(house)
    yield from _quality()
    yield from _speed(orders)


def _quality(number: int = 20_000) -> Iterator[Row]:
    with transaction.atomic():
        plants = [Plant.objects.create(key=f"history-{place}", name=f"History {place}").pk for place in range(2)]
        dealer = Dealer.objects.order_by("pk").values_list("pk", flat=True)[0]
        store(list(lives(orders=number, begun=_BEGUN, days=_DAYS)), dealer_id=dealer, plant_ids=plants)
        end = _BEGUN + timedelta(days=_DAYS - 45)
        found = measure_forecasts(start=end - timedelta(weeks=_TESTED), end=end)
        transaction.set_rollback(True)
    yield Row("forecasts on unseen orders, median error", found.median_error, "days", 2)
    yield Row("the same on an order's first morning", found.first_error, "days")
    yield Row("their range, median width", found.range_days, "days")
    yield Row("share of days of delivery within the range", found.coverage, "", 0.8, at_least=True)


def _speed(orders: int) -> Iterator[Row]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_STAMPS, {"now": clock.now()})
        began = time.perf_counter()
        learn_timings(now=clock.now())
        yield Row(f"stage durations learned from {orders:,} orders", time.perf_counter() - began, "s", 300)
        cursor.execute("SELECT order_id FROM crm_orderstate WHERE status = %s LIMIT %s", [Status.MADE, _PORTION])
        ids = [pk for (pk,) in cursor.fetchall()]
        timings, taken = stored_timings(), []
        for _time in range(5):
            began = time.perf_counter()
            work_out(ids, timings, now=clock.now(), telling=Telling.NONE)
            taken.append(time.perf_counter() - began)
        transaction.set_rollback(True)
    yield Row("promises worked out after changes", len(ids) / min(taken), "/s", 1000, at_least=True)
