"""Dealers of several sources: one firm, joined by the code that all systems of a plant share."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.contacts.models import Entity, SearchToken
from apps.crm.models import Dealer, DealerPlant, ExternalRef, LedgerEntry, Order, Waiting
from apps.crm.services.feed.applying import release_ready
from tests.crm.factories import a_dealer, a_plant
from tests.crm.feeding import (
    ACCOUNTS,
    NOW,
    PRODUCTION,
    a_dealer_record,
    a_fed_plant,
    a_status,
    an_entry,
    an_order_record,
    counts,
    feed,
    known_as,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def plant(everyone_folder):
    return a_fed_plant()


def test_a_dealer_comes_with_a_firm_among_the_contacts(plant):
    record = a_dealer_record(city="Lutsk", address="Main street 1", phone="067 123 45 67", email="a@svitlo.example")
    outcome = feed(a_dealer_record("1002", code="D-2", name="Vikna", phone="?", email="none"), record)

    assert counts(outcome) == (2, 0, 0, 0, [])
    dealer = Dealer.objects.get(code="D-1001")
    entity = dealer.entity
    assert (dealer.name, dealer.city, dealer.plant_ids) == ("Svitlo Windows", "Lutsk", [plant.pk])
    assert (entity.display_name, entity.primary_email, entity.city) == ("Svitlo Windows", "a@svitlo.example", "Lutsk")
    assert entity.phones.get().e164 == "+380671234567"
    assert SearchToken.objects.filter(entity=entity).exists()
    assert Dealer.objects.get(code="D-2").entity.emails.count() == 0


def test_the_same_dealer_again_changes_nothing_and_a_newer_one_renames_it(plant):
    feed(a_dealer_record(credit_limit=Decimal(1000)))
    again = feed(a_dealer_record(credit_limit=Decimal("1000.00")))
    feed(a_dealer_record("1001", 3, name="Svitlo Plus", credit_limit=Decimal(2000)))
    late = feed(a_dealer_record("1001", 2, name="Old"))
    other = feed(a_dealer_record("1001", 3, name="Else"))

    assert [counts(one)[:3] for one in (again, late)] == [(0, 1, 0), (0, 0, 1)]
    assert counts(other)[4] == ["same_version"]
    dealer = Dealer.objects.get()
    assert (dealer.name, dealer.entity.display_name) == ("Svitlo Plus", "Svitlo Plus")
    assert DealerPlant.objects.get().credit_limit == 2000


def test_accounting_knows_it_under_an_id_of_its_own(plant):
    early = feed(a_dealer_record("K77", 1), source=ACCOUNTS)
    entry = feed(an_entry("L-1", 1, dealer="K77"), source=ACCOUNTS)
    assert (counts(early)[3], counts(entry)[3]) == (1, 1)
    assert Waiting.objects.filter(wanted="dealer-code:D-1001").count() == 1

    outcome = feed(a_dealer_record("1001", 1, name="Svitlo"))

    dealer = Dealer.objects.get()
    assert outcome.released == {ACCOUNTS: {"applied": 2}}
    assert {ref.source: ref.external_id for ref in ExternalRef.objects.all()} == {PRODUCTION: "1001", ACCOUNTS: "K77"}
    assert (dealer.name, LedgerEntry.objects.get().dealer) == ("Svitlo", dealer)


def test_with_a_dealer_comes_all_that_waited_for_it(plant):
    feed(an_order_record(), a_status("A-1", 1, "accepted"))
    outcome = feed(a_dealer_record())

    assert outcome.released == {PRODUCTION: {"applied": 2}}
    assert list(outcome.touched.values()) == [{Order.objects.get().pk}]


def test_all_kinds_at_once_in_any_order(plant):
    outcome = feed(a_status("A-1", 1, "accepted"), an_order_record(), a_dealer_record())

    assert counts(outcome) == (3, 0, 0, 0, [])


def test_another_dealers_code_is_refused(plant):
    feed(a_dealer_record("1001", 1), a_dealer_record("1002", 1, code="D-2"))
    outcome = feed(a_dealer_record("1002", 2, code="D-1001"))
    feed(a_dealer_record("1002", 3, code="D-3"))

    assert counts(outcome)[4] == ["code_taken"]
    assert set(Dealer.objects.values_list("code", flat=True)) == {"D-1001", "D-3"}


def test_a_second_plant_joins_by_the_code_and_does_not_rename_it(plant):
    lviv = a_fed_plant("lviv")
    feed(a_dealer_record("9", 1, name="Svitlo of Lviv", currency="EUR"), source="lviv-production", plant=lviv)
    feed(a_dealer_record("1001", 1, name="Svitlo"))
    feed(a_dealer_record("9", 2, name="Svitlo West", currency="EUR"), source="lviv-production", plant=lviv)

    dealer = Dealer.objects.get()
    assert (dealer.name, dealer.plant_ids) == ("Svitlo", sorted([plant.pk, lviv.pk]))
    assert Entity.objects.filter(kind="organisation").count() == 1
    assert set(dealer.accounts.values_list("plant__key", "currency")) == {("kyiv", "UAH"), ("lviv", "EUR")}


def test_a_sweep_applies_what_waits_for_something_that_is_there(plant):
    feed(an_order_record(), a_status("A-1", 1, "accepted"))
    known_as(a_dealer("By hand", plant=a_plant()), "1001")

    outcome = release_ready(NOW)

    assert outcome.released == {PRODUCTION: {"applied": 2}}
    assert (Waiting.objects.count(), Order.objects.get().dealer.name) == (0, "By hand")
