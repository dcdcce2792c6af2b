"""What accounting sends: amounts, entries, compensations; balances always equal the sum of entries."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum

from apps.crm.models import (
    Claim,
    Compensation,
    ConstructionPrice,
    DealerPlant,
    ExternalRef,
    LedgerEntry,
    LedgerMonth,
    Order,
    OrderEvent,
    OrderMoney,
    Waiting,
)
from apps.crm.services.compensations import book_claim
from tests.crm.factories import a_dealer, an_order
from tests.crm.feeding import (
    ACCOUNTS,
    NOW,
    a_fed_plant,
    a_piece,
    a_price,
    a_status,
    an_entry,
    an_order_record,
    counts,
    feed,
    known_as,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def dealer(everyone_folder):
    return known_as(a_dealer("Svitlo", plant=a_fed_plant()), "1001")


def books(*records):
    outcome = feed(*records, source=ACCOUNTS)
    months = LedgerMonth.objects.values("dealer", "plant", "currency").annotate(
        balance=Sum("charged") + Sum("paid"), lines=Sum("count")
    )
    sums = {(m["dealer"], m["plant"], m["currency"]): (m["balance"], m["lines"]) for m in months}
    booked: dict[tuple[int, int, str], tuple[Decimal, int]] = {}
    for entry in LedgerEntry.objects.all():
        account = entry.dealer_id, entry.plant_id, entry.currency
        amount, lines = booked.get(account, (Decimal(0), 0))
        booked[account] = amount + entry.amount, lines + 1
    assert sums == booked
    return outcome


def balance() -> Decimal:
    return Decimal(LedgerEntry.objects.aggregate(all=Sum("amount"))["all"])


def test_an_order_costs_what_accounting_says(dealer):
    feed(an_order_record(), a_status("A-1", 1, "accepted"))
    outcome = books(a_price("A-1", 2, "1300.50"), a_price("A-1", 1, "9.00"))

    assert counts(outcome) == (2, 0, 0, 0, [])
    money = OrderMoney.objects.get()
    assert (money.amount, money.currency, money.version, money.dealer) == (Decimal("1300.50"), "UAH", 2, dealer)
    assert OrderEvent.objects.filter(is_money=True, kind="money").count() == 2
    assert outcome.touched == {dealer.pk: {money.order_id}}


def test_a_construction_has_a_price_that_may_come_before_it(dealer):
    early = books(a_price("A-1", 1, "300.00", construction="A-1/1"))
    assert counts(early) == (0, 0, 0, 1, [])

    outcome = feed(an_order_record(), a_piece("A-1/1", 1))

    assert outcome.released == {ACCOUNTS: {"applied": 1}}
    assert ConstructionPrice.objects.get().amount == Decimal(300)


def test_amounts_that_do_not_fit_are_refused(dealer):
    outcome = books(an_entry("L-1", 1, "1000000000000.00"), an_entry("L-2", 1, "1.005"), an_entry("L-3", 1, "1.50"))

    assert counts(outcome) == (1, 0, 0, 0, ["amount", "amount"])


def test_an_entry_is_booked_once_and_a_newer_version_by_way_of_its_reversal(dealer):
    books(an_entry("L-1", 1, "100.00"), an_entry("L-2", 1, "-30.00"))
    again = books(an_entry("L-1", 1, "100.00"))
    corrected = books(an_entry("L-1", 2, "80.00", booked_on=date(2026, 11, 1)))

    assert (counts(again), counts(corrected)) == ((0, 1, 0, 0, []), (1, 0, 0, 0, []))
    assert balance() == Decimal(50)
    lines = LedgerEntry.objects.filter(key="L-1").order_by("pk").values_list("version", "amount", "booked_on")
    assert list(lines) == [
        (1, Decimal(100), date(2026, 10, 5)),
        (1, Decimal(-100), date(2026, 10, 5)),
        (2, Decimal(80), date(2026, 11, 1)),
    ]
    assert LedgerEntry.objects.get(amount=-100).reverses == LedgerEntry.objects.get(amount=100)


def test_several_versions_at_once_end_as_the_newest(dealer):
    outcome = books(an_entry("L-1", 3, "30.00"), an_entry("L-1", 1, "10.00"), an_entry("L-1", 2, "20.00"))

    assert (counts(outcome), balance()) == ((3, 0, 0, 0, []), Decimal(30))


def test_an_older_version_of_an_entry_books_nothing_and_other_content_is_refused(dealer):
    books(an_entry("L-1", 2, "20.00"))
    outcome = books(an_entry("L-1", 1, "10.00"), an_entry("L-1", 2, "25.00"))

    assert (counts(outcome), balance()) == ((0, 0, 1, 0, ["same_version"]), Decimal(20))


def test_an_entry_books_before_its_order_and_is_linked_when_it_comes(dealer):
    outcome = books(an_entry("L-1", 1, order="A-1"))
    assert (counts(outcome), LedgerEntry.objects.get().order) == ((1, 0, 0, 0, []), None)

    feed(an_order_record())

    assert LedgerEntry.objects.get().order == Order.objects.get(number="A-1")
    books(an_entry("L-2", 1, order="A-1"))
    assert LedgerEntry.objects.filter(order__isnull=False).count() == 2


def test_an_entry_of_an_unknown_dealer_waits_for_it(dealer):
    outcome = books(an_entry("L-1", 1, dealer="2002"))

    assert (counts(outcome), Waiting.objects.get().wanted) == ((0, 0, 0, 1, []), "dealer:kyiv-accounts:2002")
    assert ExternalRef.objects.filter(external_id="2002").count() == 0


def test_another_currency_is_another_account(dealer):
    books(an_entry("L-1", 1), an_entry("L-2", 1, currency="EUR"))

    assert set(DealerPlant.objects.filter(dealer=dealer).values_list("currency", flat=True)) == {"UAH", "EUR"}


def a_compensation(dealer) -> Compensation:
    order = an_order(dealer, "A-7")
    due = NOW + timedelta(days=3)
    claim = Claim.objects.create(
        number="C-000001", dealer=dealer, plant=order.plant, order=order, kind="damage", text="Cracked",
        author_name="X", made_at=NOW, due_at=due, changed_at=NOW,
    )  # fmt: skip
    return Compensation.objects.create(
        claim=claim, dealer=dealer, plant=order.plant, amount=500, currency="UAH", announced_at=NOW
    )


def test_a_compensation_is_announced_until_accounting_books_it(dealer):
    compensation = a_compensation(dealer)

    books(an_entry("L-9", 1, "-500.00", kind="compensation", claim="C-000001"))
    compensation.refresh_from_db()
    first = compensation.entry
    assert first is not None
    books(an_entry("L-9", 2, "-450.00", kind="compensation", claim="C-000001"))
    compensation.refresh_from_db()

    assert compensation.entry is not None
    assert (int(first.amount), int(compensation.entry.amount)) == (-500, -450)
    assert compensation.booked_at == NOW


def test_an_entry_that_came_before_the_decision_is_found_afterwards(dealer):
    books(an_entry("L-9", 1, "-500.00", kind="compensation", claim="C-000001"))
    compensation = a_compensation(dealer)

    book_claim(compensation.claim, now=NOW)

    compensation.refresh_from_db()
    assert compensation.entry == LedgerEntry.objects.get()
