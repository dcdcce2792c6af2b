"""Two sources at the same time: nobody waits for what has just come, and nothing that waits is overlooked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from apps.crm.models import OrderMoney, Plant, Waiting
from apps.crm.services.feed import Outcome
from tests.crm.factories import a_dealer
from tests.crm.feeding import ACCOUNTS, a_fed_plant, a_price, an_order_record, counts, feed, known_as

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def plant(everyone_folder) -> Plant:
    plant = a_fed_plant()
    known_as(a_dealer("Svitlo", plant=plant), "1001")
    return plant


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)")
        return bool(cursor.fetchone()[0])


def while_open(first: Callable[[], Outcome], second: Callable[[], Outcome]) -> tuple[Outcome, Outcome]:
    """Both, each in its transaction; the first one commits only once the second waits for it."""
    outcomes: list[Outcome] = []

    def run_second() -> None:
        try:
            with transaction.atomic():
                outcomes.append(second())
        finally:
            connection.close()

    other = threading.Thread(target=run_second)
    with transaction.atomic():
        outcome = first()
        other.start()
        until = time.monotonic() + 20
        while not somebody_waits_for_a_lock() and time.monotonic() < until:
            time.sleep(0.02)
        assert somebody_waits_for_a_lock()
    other.join(30)
    return outcome, outcomes[0]


def test_whoever_makes_an_order_finds_the_price_that_is_about_to_wait(plant):
    price, order = while_open(
        lambda: feed(a_price(), source=ACCOUNTS, plant=plant), lambda: feed(an_order_record(), plant=plant)
    )

    assert (counts(price)[3], order.released) == (1, {ACCOUNTS: {"applied": 1}})
    assert (OrderMoney.objects.count(), Waiting.objects.count()) == (1, 0)


def test_a_price_finds_the_order_that_is_about_to_be_there(plant):
    order, price = while_open(
        lambda: feed(an_order_record(), plant=plant), lambda: feed(a_price(), source=ACCOUNTS, plant=plant)
    )

    assert (counts(order)[0], counts(price)[0]) == (1, 1)
    assert (OrderMoney.objects.count(), Waiting.objects.count()) == (1, 0)
