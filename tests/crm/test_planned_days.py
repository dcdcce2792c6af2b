"""A planned day of delivery that moves is told once, to those of the dealer's people who want to be told."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec import structs

from apps.activities.models import Notice
from apps.activities.selectors.wishes import Wish
from apps.activities.services.wishes import set_wishes
from apps.core import clock
from apps.crm.feed.records import ItemRecord, StopRecord
from apps.crm.models import Order
from apps.crm.services.feed.applying import announce
from tests.conftest import make_user
from tests.crm.factories import a_dealer, into_portal
from tests.crm.feeding import a_delivery, a_fed_plant, a_shipment, a_status, an_order_record, feed, known_as

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY, FRIDAY = date(2026, 11, 9), date(2026, 11, 10), date(2026, 11, 13)
TRUCK: dict[str, Any] = {
    "stops": (StopRecord(dealer="1001", position=1),),
    "items": (ItemRecord(order="A-1", quantity=1),),
}


@pytest.fixture
def dealer(everyone_folder, dora):
    dealer = known_as(a_dealer("Svitlo", plant=a_fed_plant()), "1001")
    into_portal(dora, dealer)
    feed(an_order_record(), a_status("A-1", 1, "accepted"))
    return dealer


def tell(*records) -> None:
    """As of just now: what is older than two days is history, no news."""
    just_now = clock.now() - timedelta(minutes=1)
    announce(feed(*(structs.replace(record, happened_at=just_now) for record in records), now=clock.now()))


def told(user) -> int:
    return Notice.objects.filter(user=user, event="planned").count()


def test_a_first_day_is_no_move_and_each_move_is_told_once(dealer, dora):
    tell(a_delivery("A-1", 1, MONDAY))
    assert told(dora) == 0

    tell(a_delivery("A-1", 2, TUESDAY))
    tell(a_delivery("A-1", 2, TUESDAY))  # the same again
    tell(a_delivery("A-1", 3, TUESDAY))  # nothing new
    assert told(dora) == 1
    notice = Notice.objects.get(event="planned")
    assert (notice.verb, notice.record_id) == ("order.planned", Order.objects.get().pk)

    tell(a_delivery("A-1", 4, FRIDAY))
    assert told(dora) == 2


def test_days_that_moved_to_and_fro_in_one_batch_are_one_move_or_none(dealer, dora):
    tell(a_delivery("A-1", 1, MONDAY))

    tell(a_delivery("A-1", 2, FRIDAY), a_shipment(version=1, planned_on=MONDAY, **TRUCK))
    assert told(dora) == 0

    tell(a_shipment(version=2, planned_on=TUESDAY, **TRUCK), a_delivery("A-1", 3, FRIDAY))
    assert told(dora) == 1


def test_a_truck_that_is_put_off_or_an_order_taken_off_it_moves_the_day(dealer, dora):
    tell(a_delivery("A-1", 1, FRIDAY), a_shipment(version=1, planned_on=MONDAY, **TRUCK))

    tell(a_shipment(version=2, planned_on=TUESDAY, **TRUCK))
    assert told(dora) == 1
    outcome = feed(a_shipment(version=3, planned_on=TUESDAY))
    assert outcome.touched == {dealer.pk: {Order.objects.get().pk}}
    assert [each.kind for each in outcome.happenings] == ["planned"]


def test_who_does_not_want_it_is_not_told_nor_is_anybody_else(dealer, dora):
    danylo = make_user("danylo@example.com", "Danylo Other", "dealer")
    into_portal(danylo, a_dealer("Other"))
    set_wishes(actor=dora, wishes={"planned": Wish(in_app=False, push=False, mail="never")})

    tell(a_delivery("A-1", 1, MONDAY))
    tell(a_delivery("A-1", 2, TUESDAY))

    assert (told(dora), told(danylo)) == (0, 0)


@pytest.mark.parametrize("state", [{"cancelled": True}, {"stage": "delivered"}])
def test_of_orders_that_are_over_no_day_moves(dealer, dora, state):
    tell(a_delivery("A-1", 1, MONDAY), a_status("A-1", 2, **state))

    tell(a_delivery("A-1", 2, TUESDAY))

    assert told(dora) == 0


def test_an_order_that_the_plant_has_not_approved_is_not_told_of(dealer, dora):
    feed(an_order_record("A-2"))

    tell(a_delivery("A-2", 1, MONDAY))
    tell(a_delivery("A-2", 2, TUESDAY))

    assert told(dora) == 0
