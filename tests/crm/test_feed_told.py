"""Who hears of what was applied: open pages by the dealer's channel, without amounts; caches and notices by signal."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from apps.core.live import publishing
from apps.crm.models import FeedStatus, LedgerEntry, Order, OrderState, Status
from apps.crm.services.feed.applying import announce
from apps.crm.services.feed.comparing import wrong_months, wrong_orders
from apps.crm.services.feed.freshness import set_freshness
from apps.crm.signals import orders_changed
from tests.crm.factories import a_dealer
from tests.crm.feeding import ACCOUNTS, NOW, a_fed_plant, a_price, a_status, an_entry, an_order_record, feed, known_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def dealer(everyone_folder):
    return known_as(a_dealer("Svitlo", plant=a_fed_plant()), "1001")


def heard(dealer, deed) -> list[dict]:
    """What listeners to the dealer's channel get of `deed`."""
    ears = publishing._client().pubsub()
    ears.subscribe(f"{publishing.PREFIX}dealer:{dealer.pk}")
    assert ears.get_message(timeout=5)["type"] == "subscribe"
    deed()
    found = []
    while (message := ears.get_message(timeout=0.3)) is not None:
        found.append(json.loads(message["data"]))
    ears.close()
    return found


def test_a_dealers_pages_hear_of_their_orders_once_a_call(dealer, django_capture_on_commit_callbacks):
    def deed():
        with django_capture_on_commit_callbacks(execute=True):
            announce(feed(an_order_record(), a_status("A-1", 1, "accepted"), an_order_record("A-2")))

    order = Order.objects.filter(plant_key="A-1")
    events = heard(dealer, deed)

    assert events == [
        {
            "event": "orders-changed",
            "data": {"ids": [order.get().pk], "stages": {str(order.get().pk): Status.ACCEPTED.value}},
        }
    ]


def test_what_accounting_books_is_told_without_amounts(dealer, django_capture_on_commit_callbacks):
    feed(an_order_record(), a_status("A-1", 1, "accepted"))

    def deed():
        with django_capture_on_commit_callbacks(execute=True):
            announce(feed(a_price(amount="7777.77"), an_entry("L-1", 1, "8888.88"), source=ACCOUNTS))

    events = heard(dealer, deed)

    assert [event["event"] for event in events] == ["orders-changed", "ledger-changed"]
    assert "7777" not in str(events)
    assert "8888" not in str(events)


def test_receivers_learn_what_happened(dealer):
    told = []
    orders_changed.connect(listen := lambda **fact: told.append(fact), weak=False)
    try:
        announce(feed(an_order_record(), a_status("A-1", 1, "accepted"), a_status("A-1", 2, on_hold=True)))
    finally:
        orders_changed.disconnect(listen)

    (fact,) = told
    assert [one.kind for one in fact["happenings"]] == ["accepted", "held"]
    assert fact["touched"] == {dealer.pk: {Order.objects.get().pk}}


def test_how_fresh_a_source_is_stands_beside_its_figures(dealer):
    plant = dealer.accounts.get().plant
    for moment in (NOW - timedelta(hours=1), NOW):
        set_freshness(
            source=ACCOUNTS,
            title="Accounting",
            plant=plant,
            as_of=moment,
            late_after=timedelta(minutes=10),
            state="active",
        )

    assert FeedStatus.objects.get().as_of == NOW


def test_sums_and_states_that_went_wrong_are_found(dealer):
    feed(an_order_record(), a_status("A-1", 1, "production", quantity=4, made=1))
    feed(an_entry("L-1", 1), source=ACCOUNTS)
    assert (wrong_months(), list(wrong_orders())) == ([], [])

    OrderState.objects.update(status=Status.SHIPPED)
    LedgerEntry.objects.update(amount=7)

    assert (len(wrong_months()), list(wrong_orders())) == (1, [Order.objects.get().pk])


def test_the_pages_of_a_dealer_whose_order_goes_to_another_one_hear_of_it(dealer, django_capture_on_commit_callbacks):
    feed(an_order_record(), a_status("A-1", 1, "accepted"))
    known_as(a_dealer("Other", plant=a_fed_plant()), "1002")

    def deed():
        with django_capture_on_commit_callbacks(execute=True):
            announce(feed(an_order_record(version=2, dealer="1002")))

    assert [event["event"] for event in heard(dealer, deed)] == ["orders-changed"]
