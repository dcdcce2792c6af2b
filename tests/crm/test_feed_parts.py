"""Constructions, planned days and shipments as a plant sends them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from apps.core.services import files
from apps.crm.feed.records import ItemRecord, Scheme, SchemePart, StopRecord
from apps.crm.models import Construction, Order, OrderEvent, OrderState, Shipment, Stage, Status, Waiting
from tests.crm.factories import a_dealer
from tests.crm.feeding import (
    NOW,
    PRODUCTION,
    a_delivery,
    a_fed_plant,
    a_piece,
    a_shipment,
    a_status,
    an_order_record,
    counts,
    feed,
    known_as,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def dealer(everyone_folder):
    return known_as(a_dealer("Svitlo", plant=a_fed_plant()), "1001")


def state(key: str = "A-1") -> OrderState:
    return OrderState.objects.get(order__plant_key=key)


def test_what_an_orders_constructions_count_is_shown_of_it(dealer):
    feed(an_order_record(), a_status("A-1", 1, "production"), a_piece("A-1/1", 1, quantity=2), a_piece("A-1/2", 1))
    before = state().status
    feed(a_piece("A-1/1", 2, quantity=2, made=1))
    partly = state()
    feed(a_piece("A-1/1", 3, quantity=2, made=2), a_piece("A-1/2", 2, made=1, shipped=0))

    assert (before, partly.status, partly.quantity, partly.made) == (Status.PRODUCTION, Status.PARTLY_MADE, 3, 1)
    assert (state().status, state().stage) == (Status.MADE, Stage.PRODUCTION)


def test_where_there_are_constructions_the_records_own_counts_do_not_matter(dealer):
    feed(an_order_record(), a_status("A-1", 1, "production", quantity=9, made=3))
    feed(a_piece("A-1/1", 1, quantity=2))
    feed(a_status("A-1", 2, made=9))

    assert (state().quantity, state().made, state().status) == (2, 0, Status.PRODUCTION)


def test_a_construction_brings_its_scheme_and_waits_for_its_order(dealer):
    sash = SchemePart(id="s1", kind="sash", x=0, y=0, width=700, height=1300)
    scheme = Scheme(width=1400, height=1300, parts=(sash,))
    assert counts(feed(a_piece("A-1/1", 1, scheme=scheme, title="Window", width=1400)))[3] == 1

    feed(an_order_record())

    piece = Construction.objects.get()
    assert (piece.order.number, piece.title, piece.width, piece.height) == ("A-1", "Window", 1400, None)
    assert piece.scheme is not None
    assert piece.scheme["parts"][0]["kind"] == "sash"
    assert "scheme" not in OrderEvent.objects.get(kind="construction").what


def test_an_older_construction_changes_nothing(dealer):
    feed(an_order_record(), a_piece("A-1/1", 2, quantity=5, made=5))
    outcome = feed(a_piece("A-1/1", 1, quantity=5))

    assert (counts(outcome), Construction.objects.get().made) == ((0, 0, 1, 0, []), 5)


def test_the_planned_day_is_the_one_told_last(dealer):
    feed(an_order_record(), a_delivery("A-1", 1, date(2026, 11, 10)), a_delivery("A-1", 3, date(2026, 11, 12)))
    feed(a_delivery("A-1", 2, date(2026, 11, 11)))

    assert (state().planned_on, state().delivery_version) == (date(2026, 11, 12), 3)


def a_stop(dealer: str, position: int, **fields) -> StopRecord:
    return StopRecord(dealer=dealer, position=position, city=f"Town {position}", **fields)


def test_a_truck_brings_its_day_and_its_route(dealer):
    other = known_as(a_dealer("Other", plant=dealer.accounts.get().plant), "2002")
    feed(an_order_record(), an_order_record("B-1", dealer="2002"), a_delivery("A-1", 1, date(2026, 11, 20)))
    evening = datetime(2026, 11, 11, 22, 30, tzinfo=UTC)  # past midnight in Kyiv
    stops = (a_stop("2002", 2), a_stop("1001", 1, geo=(50.7, 25.3), window_from=evening))
    outcome = feed(a_shipment("S-1", 1, stops=stops, items=(ItemRecord(order="A-1"), ItemRecord(order="B-1"))))

    assert counts(outcome) == (1, 0, 0, 0, [])
    shipment = Shipment.objects.get()
    assert shipment.dealer_ids == sorted([dealer.pk, other.pk])
    assert [(stop["position"], stop["geo"]) for stop in shipment.route] == [(1, [50.7, 25.3]), (2, None)]
    assert (state("A-1").planned_on, state("B-1").planned_on) == (date(2026, 11, 12), date(2026, 11, 10))
    on_board = {load.order.number: load.stop and load.stop.dealer for load in shipment.items.all()}
    assert on_board == {"A-1": dealer, "B-1": other}
    assert OrderEvent.objects.filter(kind="shipment").count() == 2


def test_a_newer_voyage_replaces_stops_and_load_but_keeps_the_proof(dealer):
    feed(an_order_record(), an_order_record("A-2"))
    both = (ItemRecord(order="A-1"), ItemRecord(order="A-2"))
    feed(a_shipment("S-1", 1, stops=(a_stop("1001", 1), a_stop("1001", 2)), items=both))
    kept = Shipment.objects.get().stops.get(position=1).pk
    again = feed(a_shipment("S-1", 1, stops=(a_stop("1001", 1), a_stop("1001", 2)), items=both))
    feed(a_shipment("S-1", 2, stops=(a_stop("1001", 1),), items=both[:1], state="loading"))
    late = feed(a_shipment("S-1", 1, stops=(a_stop("1001", 1),), items=both))

    assert (counts(again), counts(late)) == ((0, 1, 0, 0, []), (0, 0, 0, 0, ["same_version"]))
    shipment = Shipment.objects.get()
    assert (shipment.state, [stop.pk for stop in shipment.stops.all()]) == ("loading", [kept])
    assert [load.order.number for load in shipment.items.all()] == ["A-1"]
    assert (state("A-1").planned_on, state("A-2").planned_on) == (date(2026, 11, 10), None)


def test_a_cancelled_truck_gives_the_told_day_back(dealer):
    feed(an_order_record(), a_delivery("A-1", 1, date(2026, 11, 20)))
    load = (ItemRecord(order="A-1"),)
    feed(a_shipment("S-1", 1, stops=(a_stop("1001", 1),), items=load))
    feed(a_shipment("S-1", 2, stops=(a_stop("1001", 1),), items=load, state="cancelled"))

    assert state().planned_on == date(2026, 11, 20)


def test_a_voyage_waits_for_all_that_it_names(dealer):
    feed(an_order_record())
    load = (ItemRecord(order="A-1", construction="A-1/1"), ItemRecord(order="A-2"))
    outcome = feed(a_shipment("S-1", 1, stops=(a_stop("1001", 1),), items=load))
    assert (counts(outcome), Waiting.objects.get().wanted) == ((0, 0, 0, 1, []), "construction:kyiv:A-1/1")

    one = feed(a_piece("A-1/1", 1))
    assert (one.released, Waiting.objects.get().wanted) == ({}, "order:kyiv:A-2")
    two = feed(an_order_record("A-2"))

    assert two.released == {PRODUCTION: {"applied": 1}}
    assert (Shipment.objects.count(), Order.objects.filter(shipment_items__isnull=False).count()) == (1, 2)


def test_an_empty_voyage_is_counted_too(dealer):
    first, again = feed(a_shipment("S-1", 2)), feed(a_shipment("S-1", 2))
    late = feed(a_shipment("S-1", 1))

    assert [counts(one)[:3] for one in (first, again, late)] == [(1, 0, 0), (0, 1, 0), (0, 0, 1)]


def test_a_stop_that_is_another_dealers_now_does_not_show_the_proof_of_the_one_before(dealer):
    known_as(a_dealer("Promin", plant=dealer.accounts.get().plant), "1002")
    feed(an_order_record(), a_shipment(stops=(StopRecord(dealer="1001", position=1),)))
    stop = Shipment.objects.get().stops.get()
    stop.proof = files.store(b"signed", mime_type="image/png", now=NOW)
    stop.save()

    feed(a_shipment(version=2, stops=(StopRecord(dealer="1001", position=1), StopRecord(dealer="1002", position=2))))
    assert Shipment.objects.get().stops.get(position=1).proof is not None
    feed(a_shipment(version=3, stops=(StopRecord(dealer="1002", position=1),)))

    assert Shipment.objects.get().stops.get().proof is None
