"""Orders and their stages as a plant sends them: late, twice, too early, or not its own."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from apps.activities.models import Activity
from apps.crm.models import FieldOwner, Order, OrderEvent, OrderState, Stage, Status, Waiting
from tests.crm.factories import a_dealer
from tests.crm.feeding import (
    ACCOUNTS,
    NOW,
    PRODUCTION,
    a_fed_plant,
    a_status,
    an_order_record,
    at,
    counts,
    feed,
    known_as,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def dealer(everyone_folder):
    plant = a_fed_plant()
    return known_as(a_dealer("Svitlo", plant=plant), "1001")


def state(key: str = "A-1") -> OrderState:
    return OrderState.objects.select_related("order").get(order__plant_key=key)


def told(key: str = "A-1") -> list[tuple[str, int]]:
    """What the history holds of an order that was not taken back: what, and with which version it came."""
    order = Order.objects.get(plant_key=key)
    seen = Activity.objects.live().filter(context_type="crm.order", context_id=order.pk).order_by("occurred_at")
    return [(entry.verb, int((entry.occurred_at - at(0)) / timedelta(minutes=1))) for entry in seen]


def test_an_order_comes_and_goes_its_way(dealer):
    outcome = feed(
        an_order_record("A-1", reference="Kitchen", promised_on=date(2026, 11, 20)),
        a_status("A-1", 1, "accepted"),
        a_status("A-1", 2, "production"),
        a_status("A-1", 3, "shipped"),
    )

    assert counts(outcome) == (4, 0, 0, 0, [])
    found = state()
    assert (found.stage, found.status, found.stage_version) == (Stage.SHIPPED, Status.SHIPPED, 3)
    assert (found.accepted_at, found.production_at, found.made_at, found.shipped_at) == (at(1), at(2), None, at(3))
    assert (found.order.dealer, found.order.reference, found.order.approved_at) == (dealer, "Kitchen", at(1))
    assert found.promised_on == date(2026, 11, 20)
    assert told() == [("order.accepted", 1), ("order.shipped", 3)]
    assert OrderEvent.objects.filter(order=found.order, dealer=dealer).count() == 4
    assert outcome.touched == {dealer.pk: {found.order_id}}


def test_before_the_plant_approves_it_nobody_is_told(dealer):
    outcome = feed(an_order_record(), a_status("A-1", 1, "received"), a_status("A-1", 2, on_hold=True))

    assert state().order.approved_at is None
    assert (outcome.touched, outcome.happenings, told()) == ({}, [], [])


def test_the_same_twice_changes_nothing(dealer):
    feed(an_order_record(), a_status("A-1", 1, "accepted"))
    again = feed(an_order_record(), a_status("A-1", 1, "accepted"), a_status("A-1", 1, "accepted"))

    assert counts(again) == (0, 3, 0, 0, [])
    assert (OrderEvent.objects.count(), told()) == (2, [("order.accepted", 1)])


def test_the_same_version_with_other_content_is_refused(dealer):
    feed(an_order_record(), a_status("A-1", 1, "accepted"))
    outcome = feed(a_status("A-1", 1, "made"), an_order_record("A-1", 1, number="B-7"))

    assert counts(outcome) == (0, 0, 0, 0, ["same_version", "same_version"])
    assert (state().stage, state().order.number) == (Stage.ACCEPTED, "A-1")


def test_an_older_one_never_overwrites_a_newer_one_but_stays_in_the_history(dealer):
    feed(an_order_record("A-1", 2, number="New"), a_status("A-1", 3, "shipped"))
    outcome = feed(an_order_record("A-1", 1, number="Old"), a_status("A-1", 2, "production"))

    assert counts(outcome) == (0, 0, 2, 0, [])
    assert (state().stage, state().order.number) == (Stage.SHIPPED, "New")
    assert state().production_at == at(2)
    assert sorted(OrderEvent.objects.filter(is_stale=True).values_list("record", "version")) == [
        ("order:A-1", 1),
        ("status:A-1", 2),
    ]


def test_what_only_a_late_record_tells_counts(dealer):
    feed(an_order_record(), a_status("A-1", 1, "accepted"), a_status("A-1", 3, on_hold=True))
    outcome = feed(a_status("A-1", 2, "production"))

    assert counts(outcome) == (1, 0, 0, 0, [])
    assert (state().stage, state().status) == (Stage.PRODUCTION, Status.ON_HOLD)


def test_a_hold_lies_over_the_stage_and_gives_it_back(dealer):
    feed(an_order_record(), a_status("A-1", 1, "production"), a_status("A-1", 2, on_hold=True))
    assert state().status == Status.ON_HOLD

    feed(a_status("A-1", 3, "made"), a_status("A-1", 4, on_hold=False))

    assert (state().stage, state().status) == (Stage.MADE, Status.MADE)
    assert told() == [("order.held", 2)]


def test_a_cancelled_order_says_so_whatever_else_comes(dealer):
    feed(an_order_record(), a_status("A-1", 1, "accepted"), a_status("A-1", 2, cancelled=True))
    feed(a_status("A-1", 3, "made", on_hold=True))

    assert state().status == Status.CANCELLED
    assert told() == [("order.accepted", 1), ("order.cancelled", 2), ("order.held", 3)]


def test_a_stage_taken_back_takes_its_date_back(dealer):
    feed(an_order_record(), a_status("A-1", 1, "accepted"), a_status("A-1", 2, "shipped"))
    feed(a_status("A-1", 3, "production"))

    assert (state().shipped_at, state().production_at, state().order.approved_at) == (None, at(3), at(1))


def test_counts_of_pieces_say_partly_made(dealer):
    feed(an_order_record(), a_status("A-1", 1, "production", quantity=4, made=1))
    partly = state().status
    feed(a_status("A-1", 2, made=4))
    made = state().status
    feed(a_status("A-1", 3, shipped=3))

    assert (partly, made, state().status) == (Status.PARTLY_MADE, Status.MADE, Status.PARTLY_SHIPPED)


def test_what_comes_before_its_order_waits_for_it(dealer):
    early = feed(a_status("A-1", 2, "production"), a_status("A-1", 1, "accepted"))
    assert counts(early) == (0, 0, 0, 2, [])
    again = feed(a_status("A-1", 2, "production"))
    assert counts(again) == (0, 1, 0, 0, [])

    outcome = feed(an_order_record())

    assert counts(outcome) == (1, 0, 0, 0, [])
    assert outcome.released == {PRODUCTION: {"applied": 2}}
    assert (state().stage, state().accepted_at, Waiting.objects.count()) == (Stage.PRODUCTION, at(1), 0)
    assert told() == [("order.accepted", 1)]


def test_an_order_waits_for_its_dealer_and_all_wait_with_it(dealer):
    outcome = feed(an_order_record("A-9", dealer="9999"), a_status("A-9", 1, "accepted"))

    assert counts(outcome) == (0, 0, 0, 2, [])
    assert sorted(Waiting.objects.values_list("wanted", flat=True)) == [
        "dealer:kyiv-production:9999",
        "order:kyiv:A-9",
    ]


def test_another_sources_field_is_refused_in_words(dealer):
    feed(an_order_record())
    outcome = feed(a_status("A-1", 1, "accepted"), source=ACCOUNTS)

    (refusal,) = outcome.refused
    assert refusal.code == "not_its_field"
    assert PRODUCTION in refusal.reason
    assert "Stages" in refusal.reason
    assert state().stage_version == 0


def test_a_group_without_an_owner_is_refused(dealer):
    FieldOwner.objects.filter(group="stage").delete()
    assert counts(feed(an_order_record(), a_status("A-1", 1, "accepted")))[4] == ["not_its_field"]


def test_what_happened_in_the_future_is_refused(dealer):
    soon, later = NOW + timedelta(minutes=4), NOW + timedelta(minutes=6)
    outcome = feed(an_order_record(happened_at=soon), a_status("A-1", 1, "accepted", happened_at=later))

    assert counts(outcome) == (1, 0, 0, 0, ["future"])


def test_more_pieces_made_than_there_are_is_refused(dealer):
    outcome = feed(an_order_record(), a_status("A-1", 1, "production", quantity=2, made=3))

    assert counts(outcome) == (1, 0, 0, 0, ["counts"])


def test_signs_that_can_not_be_kept_are_refused_and_the_rest_goes_on(dealer):
    outcome = feed(an_order_record("A-1", comment="a\x00b"), an_order_record("A-2"))

    assert counts(outcome) == (1, 0, 0, 0, ["text"])


def test_an_order_given_to_another_dealer_takes_its_history_along(dealer):
    other = known_as(a_dealer("Other", plant=dealer.accounts.get().plant), "2002")
    feed(an_order_record(), a_status("A-1", 1, "accepted"))
    feed(an_order_record("A-1", 2, dealer="2002"))

    assert (state().order.dealer, state().dealer) == (other, other)
    assert set(OrderEvent.objects.values_list("dealer", flat=True)) == {other.pk}
    entry = Activity.objects.get(context_type="crm.order")
    assert (entry.shown_to, entry.participants.get().entity) == (other.entity, other.entity)
