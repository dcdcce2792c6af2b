"""What is expected of orders follows from what the plant did before; a move is told once, whoever finds it."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from msgspec import structs

from apps.core import clock
from apps.core.database_roles import as_portal
from apps.crm.models import Order, OrderState, Promise, Stage, StageTiming, Status
from apps.crm.services.feed.applying import announce
from apps.crm.services.promises.learning import stored_timings
from apps.crm.services.promises.measuring import measure
from apps.crm.services.promises.tending import tend_promises, work_out_all, work_out_changed
from apps.crm.services.promises.working_out import Telling, work_out
from bench.plant_history import lives, store
from tests.crm.factories import NOW, a_dealer, a_plant, an_order, into_portal
from tests.crm.feeding import a_delivery, a_fed_plant, a_status, an_order_record, feed, known_as
from tests.crm.promising import a_learned_past, delivered, set_state, told

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def firm(dora):
    firm = a_dealer("Svitlo")
    into_portal(dora, firm)
    return firm


def promise_of(order: Order, now: datetime = NOW, telling: Telling = Telling.ALL) -> Any:
    work_out([order.pk], stored_timings(), now=now, telling=telling)
    return Promise.objects.get(order=order)


def accepted(firm, number: str = "A-1", *, at: datetime = NOW, **fields) -> Order:
    order = an_order(firm, number, product="Doors", **fields)
    set_state(order, now=at, stage=Stage.ACCEPTED, accepted_at=at)
    return order


def test_an_order_is_expected_when_those_before_it_came(firm):
    a_learned_past(firm, now=NOW)

    promise = promise_of(accepted(firm))

    assert abs(promise.expected_on - (NOW.date() + 8 * DAY)) <= DAY
    assert promise.from_on <= promise.expected_on <= promise.to_on
    assert (promise.count, promise.level, promise.season, promise.stage) == (60, 3, 4, Stage.ACCEPTED)
    assert (round(promise.usual_from), round(promise.usual_to)) == (2, 2)


def test_without_history_nothing_is_said_and_neither_of_orders_that_stand_or_are_over(firm):
    order = accepted(firm)
    assert (promise_of(order).reason, promise_of(order).expected_on) == ("thin", None)

    a_learned_past(firm, now=NOW)
    set_state(order, now=NOW, status=Status.ON_HOLD, is_on_hold=True)
    assert (promise_of(order).reason, promise_of(order).expected_on) == ("hold", None)
    set_state(order, now=NOW, stage=Stage.DELIVERED, delivered_at=NOW)
    assert (promise_of(order).reason, promise_of(order).expected_on) == ("over", None)


def test_learning_again_puts_the_new_in_the_place_of_the_old_and_leaves_thin_kinds_out(firm):
    a_learned_past(firm, now=NOW)
    delivered(firm, 10, before=NOW - DAY, days=(9, 9, 9, 9), product="Slides")
    a_learned_past(a_dealer("Promin", plant=a_plant("lutsk")), now=NOW, number=0)

    assert not StageTiming.objects.filter(product="Slides").exists()
    assert StageTiming.objects.filter(product="Doors", season=0, stage=Stage.MADE).count() == 1
    assert StageTiming.objects.filter(plant=None).count() == 4


def test_an_order_that_waits_longer_than_usual_is_expected_later_and_never_in_the_past(firm):
    a_learned_past(firm, now=NOW)
    order = accepted(firm, at=NOW - 30 * DAY)

    promise = promise_of(order)

    assert NOW.date() <= promise.from_on
    assert promise.expected_on > NOW.date()


def test_a_move_is_told_once_and_the_first_forecast_is_none(firm, dora):
    a_learned_past(firm, now=NOW)
    order = accepted(firm)
    first = promise_of(order)
    assert (told(dora), first.told_on) == (0, first.expected_on)

    set_state(order, now=NOW, stage=Stage.MADE, made_at=NOW)
    moved = promise_of(order)
    assert moved.expected_on < first.expected_on
    assert (told(dora), moved.told_on) == (1, moved.expected_on)

    promise_of(order)
    promise_of(order, telling=Telling.NEWS)
    assert told(dora) == 1


def killed_after(order: Order) -> None:
    promise_of(order)
    raise KeyboardInterrupt


def test_a_worker_that_is_killed_has_told_nothing_and_the_next_one_tells_once(firm, dora):
    a_learned_past(firm, now=NOW)
    order = accepted(firm)
    promise_of(order)
    set_state(order, now=NOW, stage=Stage.MADE, made_at=NOW)

    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        killed_after(order)
    assert told(dora) == 0

    promise_of(order)
    assert told(dora) == 1


def test_each_day_of_waiting_may_move_it(firm, dora):
    a_learned_past(firm, now=NOW)
    order = accepted(firm)
    promise_of(order)

    work_out_all(now=NOW + 10 * DAY)
    work_out_all(now=NOW + 10 * DAY)

    assert told(dora) == 1


def test_what_a_feed_tells_of_the_past_is_no_news(firm, dora):
    a_learned_past(firm, now=NOW)
    order = accepted(firm, at=NOW - 6 * DAY)
    promise_of(order, telling=Telling.NEWS)
    set_state(order, now=NOW - 5 * DAY, stage=Stage.MADE, made_at=NOW - 5 * DAY)

    promise_of(order, telling=Telling.NEWS)

    assert told(dora) == 0


def test_people_of_other_dealers_and_orders_that_are_not_approved_are_left_alone(firm, dora):
    other = a_dealer("Promin")
    a_learned_past(other, now=NOW)
    theirs, waiting = accepted(other, "B-1"), accepted(firm, "A-2")
    Order.objects.filter(pk=waiting.pk).update(approved_at=None)
    for order in (theirs, waiting):
        work_out([order.pk], stored_timings(), now=NOW, telling=Telling.ALL)
        set_state(order, now=NOW, stage=Stage.MADE, made_at=NOW)
        work_out([order.pk], stored_timings(), now=NOW, telling=Telling.ALL)

    assert told(dora) == 0
    assert not Promise.objects.filter(order=waiting).exists()
    with as_portal(dealer_id=firm.pk, entity_id=firm.entity_id, plant_ids=tuple(firm.plant_ids)):
        assert Promise.objects.count() == 0


# --- with the feed --------------------------------------------------------------------------------------------------
@pytest.fixture
def fed(everyone_folder, dora):
    dealer = known_as(a_dealer("Svitlo", plant=a_fed_plant()), "1001")
    into_portal(dora, dealer)
    a_learned_past(dealer, now=clock.now())
    return dealer


def tell(*records) -> None:
    just_now = clock.now() - timedelta(minutes=1)
    announce(feed(*(structs.replace(record, happened_at=just_now) for record in records), now=clock.now()))


def test_changes_of_a_feed_are_worked_out_by_the_next_job_and_told_once(fed, dora):
    tell(an_order_record(product="Doors"), a_status("A-1", 1, "accepted"))
    assert work_out_changed(now=clock.now()) == 1
    assert work_out_changed(now=clock.now()) == 0

    tell(a_status("A-1", 2, "made"))
    tell(a_status("A-1", 2, "made"))  # again
    assert work_out_changed(now=clock.now()) == 1
    assert work_out_changed(now=clock.now()) == 0

    assert told(dora) == 1


def test_a_plan_that_moves_is_one_notice_with_the_forecast_that_follows_it(fed, dora):
    expected = clock.now().date() + 8 * DAY
    tell(an_order_record(product="Doors"), a_status("A-1", 1, "accepted"), a_delivery("A-1", 1, expected))
    work_out_changed(now=clock.now())

    tell(a_delivery("A-1", 2, expected + 5 * DAY))
    work_out_changed(now=clock.now())
    assert (told(dora, "planned"), told(dora)) == (1, 0)

    tell(a_status("A-1", 2, "made"))
    work_out_changed(now=clock.now())
    assert (told(dora, "planned"), told(dora)) == (1, 1)


def test_a_plan_that_moves_to_the_day_that_was_told_already_is_no_news(fed, dora):
    tell(an_order_record(product="Doors"), a_status("A-1", 1, "accepted"))
    work_out_changed(now=clock.now())
    told_on = Promise.objects.get(order__number="A-1").told_on
    assert told_on is not None
    tell(a_delivery("A-1", 1, told_on + 20 * DAY))

    tell(a_delivery("A-1", 2, told_on))
    work_out_changed(now=clock.now())

    assert (told(dora, "planned"), told(dora)) == (0, 0)


def test_an_order_that_becomes_another_dealers_takes_its_promise_along(fed, dora):
    other = known_as(a_dealer("Promin", plant=a_fed_plant()), "1002")
    tell(an_order_record(product="Doors"), a_status("A-1", 1, "accepted"))
    work_out_changed(now=clock.now())

    tell(an_order_record(version=2, dealer="1002", product="Doors"))

    assert Promise.objects.get(order__number="A-1").dealer_id == other.pk


def test_tending_learns_at_first_then_once_a_day_and_works_out_what_is_open_and_over(firm):
    delivered(firm, 60, before=NOW - DAY, days=(2, 4, 1, 1))
    OrderState.objects.filter(stage=Stage.DELIVERED).update(promised_on=date(2026, 10, 30))
    order = accepted(firm)

    tend_promises(now=NOW)

    assert Promise.objects.get(order=order).expected_on is not None
    assert Promise.objects.filter(outcome="kept").count() + Promise.objects.filter(outcome="broken").count() == 60
    before = set(StageTiming.objects.values_list("pk", flat=True))
    tend_promises(now=NOW + timedelta(minutes=5))
    assert set(StageTiming.objects.values_list("pk", flat=True)) == before
    tend_promises(now=NOW + DAY)
    assert set(StageTiming.objects.values_list("pk", flat=True)).isdisjoint(before)


@pytest.mark.django_db(transaction=True)
def test_two_workers_tell_one_move_once(everyone_folder, dora):
    firm = a_dealer("Svitlo")
    into_portal(dora, firm)
    a_learned_past(firm, now=NOW)
    order = accepted(firm)
    promise_of(order)
    set_state(order, now=NOW, stage=Stage.MADE, made_at=NOW)
    timings, start = stored_timings(), threading.Barrier(3)

    def work() -> None:
        try:
            start.wait(10)
            work_out([order.pk], timings, now=NOW, telling=Telling.ALL)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _worker in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)

    assert told(dora) == 1


def test_the_range_holds_on_orders_that_nothing_was_learned_from(firm):
    begun = datetime(2025, 1, 6, tzinfo=UTC)
    plants = [a_plant("one").pk, a_plant("two").pk]
    store(list(lives(orders=3000, begun=begun, days=300)), dealer_id=firm.pk, plant_ids=plants)
    end = begun + 260 * DAY

    found = measure(start=end - 28 * DAY, end=end)

    assert found.coverage >= 0.8
    assert found.median_error <= 2
    assert found.without == 0
