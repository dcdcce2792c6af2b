"""Papers of orders, accounts, claims and shipments: their figures read back from the PDF, and who gets which."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from time import perf_counter

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone, translation

from apps.core import clock
from apps.core.contributions import documents
from apps.core.documents import render
from apps.core.models import Operation
from apps.core.services import files
from apps.core.services.operations import run
from apps.crm.models import (
    Claim,
    ClaimPhoto,
    Compensation,
    ConstructionPrice,
    Dealer,
    LedgerEntry,
    LedgerMonth,
    Order,
    Shipment,
    ShipmentItem,
    ShipmentStop,
    Stage,
)
from apps.crm.selectors.settlements import accounts_of
from apps.crm.services.papers.statements import statement_key
from apps.crm.services.threads import post_message
from apps.messaging.services.documents import begin_document, document_file
from tests.conftest import make_user
from tests.crm.accounts import an_entry
from tests.crm.claims import a_claim, a_photo, kept
from tests.crm.factories import NOW, a_construction, a_dealer, a_plant, an_order, into_portal
from tests.messaging.pdf_text import pdf_text

pytestmark = pytest.mark.django_db
APART = "Promin Windows"


@pytest.fixture(autouse=True)
def media(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def firm():
    return a_dealer("Svitlo Windows", code="SVITLO", city="Lutsk")


@pytest.fixture
def order(firm):
    order = an_order(firm, "A-1001", reference="Kitchen of Koval", amount=Decimal("12400.50"))
    piece = a_construction(order, quantity=2, colour="anthracite", glass="4-16-4")
    ConstructionPrice.objects.create(
        construction=piece, order=order, dealer=firm, amount=Decimal("11000.00"), currency="UAH", as_of=NOW
    )
    return order


@pytest.fixture
def booked(firm, order):
    an_entry(firm, date(2026, 1, 1), "10000.00", "opening")
    an_entry(firm, date(2026, 9, 10), "2400.50", order=order)
    an_entry(firm, date(2026, 10, 5), "-1000.00", "payment", order=order, client="Koval")
    an_entry(firm, date(2026, 11, 1), "100.00", "delivery", text="To Lutsk")


@pytest.fixture
def owner(dora, firm):
    into_portal(dora, firm)
    return dora


@pytest.fixture
def employee(firm):
    """Of the firm, without the right to see money."""
    emil = make_user("emil@example.com", "Emil Employee", "dealer")
    into_portal(emil, firm, role="employee")
    return emil


@pytest.fixture
def truck(firm, order):
    """Two stops: another firm's first."""
    other = a_dealer(APART, code="PROMIN")
    shipment = Shipment.objects.create(
        plant=a_plant(),
        plant_key="S-1",
        number="S-1",
        planned_on=date(2026, 11, 5),
        truck="AC 1234 BB",
        driver_name="Petro",
        driver_phone="+380671234567",
        dealer_ids=[other.pk, firm.pk],
        as_of=NOW,
        changed_at=NOW,
    )
    for position, (dealer, carried) in enumerate([(other, an_order(other, "B-2002")), (firm, order)], 1):
        stop = ShipmentStop.objects.create(shipment=shipment, position=position, dealer=dealer, city=f"Town {position}")
        ShipmentItem.objects.create(shipment=shipment, stop=stop, order=carried, dealer=dealer, quantity=2 + position)
    return shipment


def made(actor, key: str, record_id: int, language: str = "en") -> Operation:
    operation = begin_document(actor=actor, key=key, record_id=record_id, language=language, now=NOW)
    run(operation_id=operation.pk, now=NOW)
    operation.refresh_from_db()
    return operation


def words_of(operation: Operation) -> str:
    found = document_file(operation)
    assert found, operation.message
    with files.open_file(found[0]) as content:
        return pdf_text(content.read())


def is_refused(operation: Operation) -> bool:
    return operation.state == Operation.State.FAILED and document_file(operation) is None


def missing(words: str, *expected: str) -> list[str]:
    return [each for each in expected if each not in words]


def test_the_confirmation_has_constructions_prices_and_the_total(bob, order):
    operation = made(bob, "order_confirmation", order.pk)
    words = words_of(operation)

    assert missing(words, "Order confirmation A-1001", "Svitlo Windows", "Kitchen of Koval", "Window, two sashes") == []
    assert missing(words, "1400 × 1300 mm, anthracite, 4-16-4", "UAH11,000.00", "UAH12,400.50", "awaited") == []
    assert operation.result["name"] == "order-confirmation-a-1001.pdf"


def test_an_amount_that_accounting_has_not_told_is_awaited_never_zero(bob, firm):
    order = an_order(firm, "A-2")
    a_construction(order)

    words = words_of(made(bob, "order_confirmation", order.pk))

    assert words.count("awaited") == 3  # delivery, the piece, the total
    assert "0.00" not in words


def test_the_confirmation_says_nothing_of_money_to_who_may_not_see_it(employee, order):
    clara = make_user("clara@example.com", "Clara Claims", "claims")

    for reader in (employee, clara):
        words = words_of(made(reader, "order_confirmation", order.pk))
        assert "Window, two sashes" in words
        assert [each for each in ("12,400", "11,000", "UAH", "Amount", "Total") if each in words] == []
    assert "12,400.50" in words_of(made(make_user("sam@example.com", "Sam", "sales"), "order_confirmation", order.pk))


def test_an_order_that_is_not_approved_or_not_ones_own_has_no_papers(bob, owner, charlie, firm, order):
    early = an_order(firm, "A-3", stage=Stage.RECEIVED)
    foreign = an_order(a_dealer(APART), "B-1", amount=Decimal(777))

    assert is_refused(made(bob, "order_confirmation", early.pk))
    assert is_refused(made(owner, "order_confirmation", foreign.pk))
    assert is_refused(made(charlie, "order_confirmation", order.pk))
    assert "A-1001" in words_of(made(owner, "order_confirmation", order.pk))


def test_the_second_wall_stands_behind_the_papers_of_dealers(owner, truck, firm, monkeypatch):
    """With the first one down: every queryset of orders, claims, accounts and shipments gives all."""
    other = Dealer.objects.get(name=APART)
    foreign = an_order(other, "B-1", amount=Decimal(777))
    an_entry(other, date(2026, 10, 1), "777.77", order=foreign)
    olha = make_user("olha@example.com", "Olha Other", "dealer")
    into_portal(olha, other)
    claim = a_claim(foreign, olha)
    for model in (Claim, ClaimPhoto, Compensation, Dealer, LedgerEntry, Order, Shipment, ShipmentItem, ShipmentStop):
        monkeypatch.setattr(type(model.objects.all()), "visible_to", lambda found, _user: found.all())

    for key, record_id in {
        "order_confirmation": foreign.pk,
        "invoice": foreign.pk,
        "statement": other.pk,
        "claim_report": claim.pk,
        f"shipment_note:{other.pk}": truck.pk,
    }.items():
        assert is_refused(made(owner, key, record_id)), key
    assert missing(words_of(made(owner, "shipment_note", truck.pk)), "A-1001", APART, "B-2002") == [APART, "B-2002"]


def test_the_invoice_prints_what_was_charged_for_the_order(bob, employee, order, booked):
    words = words_of(made(bob, "invoice", order.pk))

    assert missing(words, "Invoice A-1001", "UAH2,400.50", "UAH1,000.00", "UAH1,400.50", "10 Sept 2026") == []
    assert "10,000" not in words
    assert is_refused(made(employee, "invoice", order.pk))


def test_the_statement_has_the_lines_and_balances_of_the_page(bob, firm, order, booked):
    [account] = accounts_of(firm.pk)
    words = words_of(made(bob, statement_key(account, date(2026, 9, 1), date(2026, 11, 2)), firm.pk))

    lines = [line for line in words.splitlines() if line.startswith("UAH") and line != "UAH"]
    assert lines == [
        *("UAH10,000.00",),  # opening
        *("UAH2,400.50", "UAH12,400.50"),
        *("UAH1,000.00", "UAH11,400.50"),
        *("UAH100.00", "UAH11,500.50"),
        *("UAH10,000.00", "UAH2,500.50", "UAH1,000.00", "UAH11,500.50"),  # the totals
    ]
    assert missing(words, "SVITLO", "Order A-1001", "Koval", "To Lutsk", "1 Sept 2026 – 2 Nov 2026") == []


def test_a_statement_is_of_ones_own_account_and_for_readers_of_money(bob, charlie, owner, employee, firm, booked):
    other = a_dealer(APART)
    an_entry(other, date(2026, 10, 1), "777.77")
    account = accounts_of(firm.pk)[0]

    assert "UAH11,500.50" in words_of(made(owner, "statement", firm.pk))
    for reader in (employee, charlie):
        assert is_refused(made(reader, "statement", firm.pk))
    assert is_refused(made(owner, "statement", other.pk))
    assert is_refused(made(bob, f"statement:{account.key}:tomorrow:2026-01-01", firm.pk))
    assert is_refused(made(bob, "statement:9999-EUR:2026-01-01:2026-02-01", firm.pk))


def test_an_announced_compensation_is_told_of_and_not_in_the_balance(bob, owner, firm, order, booked):
    claim = a_claim(order, owner)
    Compensation.objects.create(
        claim=claim, dealer=firm, plant=a_plant(), amount=Decimal(333), currency="UAH", announced_at=NOW
    )

    words = words_of(made(bob, "statement", firm.pk))

    assert "Compensations of UAH333.00 are announced" in words.replace("\n", " ")
    assert "UAH11,500.50" in words


def test_a_statement_of_a_thousand_lines_takes_about_a_second(bob, firm):
    day = date(2026, 10, 1)
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            dealer=firm,
            plant=a_plant(),
            currency="UAH",
            source="accounts-kyiv",
            key=f"L-{number}",
            version=1,
            kind="charge",
            amount=Decimal("1.25"),
            booked_on=day + timedelta(days=number % 28),
            received_at=NOW,
        )
        for number in range(1000)
    )
    LedgerMonth.objects.create(dealer=firm, plant=a_plant(), currency="UAH", month=day, charged=Decimal(1250))
    document = documents.get("statement")
    assert document
    begun = perf_counter()

    pdf = render(document.template, document.build(bob, firm.pk, "en"))

    took = perf_counter() - begun
    assert "UAH1,250.00" in pdf_text(pdf)
    assert took < 8, took  # the budget of a second is the bench's; here other tests share the machine


def test_the_claim_report_has_photos_talk_and_decision(bob, owner, employee, firm, order):
    claim = a_claim(order, owner, text="The pane is cracked\nin the corner", photos=kept(a_photo(), a_photo(480, 640)))
    post_message(actor=owner, record=claim, text="When will you look at it?", now=NOW)
    claim.state, claim.decision, claim.decided_at, claim.decided_by = "accepted", "We send a new pane.", NOW, bob
    claim.save()
    Compensation.objects.create(
        claim=claim, dealer=firm, plant=a_plant(), amount=Decimal(333), currency="UAH", announced_at=NOW
    )

    operation = made(bob, "claim_report", claim.pk)
    words = words_of(operation)

    assert missing(words, claim.number, "A-1001", "Damaged", "in the corner", "When will you look at it?") == []
    assert missing(words, "Accepted", "We send a new pane.", "UAH333.00", "Announced, not booked yet") == []
    found = document_file(operation)
    assert found
    with files.open_file(found[0]) as content:
        assert content.read().count(b"/Subtype/Image") >= 2
    narrow = words_of(made(employee, "claim_report", claim.pk))
    assert "We send a new pane." in narrow
    assert missing(narrow, "333", "UAH", "Compensation") == ["333", "UAH", "Compensation"]


def test_a_claim_of_another_dealer_has_no_report(owner, charlie, order, firm):
    olha = make_user("olha@example.com", "Olha Other", "dealer")
    into_portal(olha, a_dealer(APART))
    claim = a_claim(order, owner)

    assert is_refused(made(olha, "claim_report", claim.pk))
    assert is_refused(made(charlie, "claim_report", claim.pk))
    assert claim.number in words_of(made(owner, "claim_report", claim.pk))


def test_the_shipment_note_has_the_stops_of_its_reader(bob, owner, truck, firm):
    whole, own, one = (
        words_of(made(*asked))
        for asked in (
            (bob, "shipment_note", truck.pk),
            (owner, "shipment_note", truck.pk),
            (bob, f"shipment_note:{firm.pk}", truck.pk),
        )
    )

    assert missing(whole, "Stop 1: Promin Windows", "B-2002", "Stop 2: Svitlo Windows", "A-1001", "AC 1234 BB") == []
    for words in (own, one):
        assert missing(words, "Stop 2", "Town 2", "A-1001", "4", "Petro", "+380 67 123 4567") == []
        assert missing(words, APART, "B-2002", "Town 1") == [APART, "B-2002", "Town 1"]


def test_a_shipment_without_ones_goods_has_no_note(owner, bob, truck, firm):
    other = Dealer.objects.get(name=APART)
    truck.dealer_ids = [other.pk]
    truck.save()

    assert is_refused(made(owner, "shipment_note", truck.pk))
    assert is_refused(made(bob, f"shipment_note:{10**9}", truck.pk))


@pytest.mark.parametrize("language", ["en", "uk"])
def test_every_paper_is_set_without_a_warning(bob, owner, firm, order, booked, truck, language):
    claim = a_claim(order, owner, photos=kept(a_photo()))
    records = {
        "order_confirmation": order.pk,
        "invoice": order.pk,
        "statement": firm.pk,
        "claim_report": claim.pk,
        "shipment_note": truck.pk,
    }
    with translation.override(language), timezone.override("Europe/Kyiv"):
        for key, record_id in records.items():
            document = documents.get(key)
            assert document
            data = document.build(bob, record_id, language)
            assert render(document.template, data).startswith(b"%PDF")
            assert document.filename(data)


def test_dealers_are_made_no_other_papers_and_staff_of_no_business_none(dora, owner, bob):
    with pytest.raises(PermissionDenied):
        begin_document(actor=owner, key="customer_sheet", record_id=1, language="en", now=NOW)
    with pytest.raises(PermissionDenied):
        begin_document(actor=owner, key="order_confirmation:1", record_id=1, language="en", now=NOW)
