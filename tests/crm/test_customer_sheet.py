"""The customer sheet: all of a customer on one page and on paper, and to each reader only what they may read."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from apps.core import clock
from apps.core.services import files
from apps.core.services.operations import run
from apps.crm.models import Assignment, EntityPersona, Persona, Shipment, ShipmentStop
from apps.messaging.services.documents import begin_document, document_file
from tests.conftest import make_user
from tests.contacts.factories import FolderFactory, OrganisationFactory, PersonFactory
from tests.crm.accounts import an_entry
from tests.crm.claims import a_claim
from tests.crm.factories import NOW, a_dealer, a_plant, an_order
from tests.messaging.pdf_text import pdf_text

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def media(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def firm(bob):
    """A customer with an order, a debt, a claim, a delivery to come, a persona and somebody in charge."""
    firm = a_dealer("Svitlo Windows", code="SVITLO", city="Lutsk")
    order = an_order(firm, "A-1001", amount=Decimal("12400.50"))
    an_entry(firm, date(2026, 10, 5), "7300.25")
    a_claim(order, bob)
    lorry = Shipment.objects.create(
        plant=a_plant(),
        plant_key="S-77",
        number="S-77",
        planned_on=date(2026, 11, 9),
        dealer_ids=[firm.pk],
        as_of=NOW,
        changed_at=NOW,
    )
    ShipmentStop.objects.create(shipment=lorry, position=1, dealer=firm, city="Lutsk")
    persona = Persona.objects.get(key="lead")
    EntityPersona.objects.create(entity=firm.entity, persona=persona, valid_from=date(2026, 9, 1), created_at=NOW)
    Assignment.objects.create(entity=firm.entity, user=bob, valid_from=date(2026, 9, 1), created_at=NOW)
    return firm


@pytest.fixture
def manager(db):
    return make_user("mira@rapport.example", "Mira Manager", "manager")


def parts(client, user, entity) -> str:
    client.force_login(user)
    answer = client.get(reverse("customer_sheet:sheet", args=[entity.pk]), {"parts": ""}, headers=HTMX)
    assert answer.status_code == 200
    return str(answer.content.decode())


def on_paper(user, key, entity) -> str:
    operation = begin_document(actor=user, key=key, record_id=entity.pk, language="en", now=NOW)
    run(operation_id=operation.pk, now=NOW)
    operation.refresh_from_db()
    found = document_file(operation)
    assert found, operation.message
    with files.open_file(found[0]) as content:
        return pdf_text(content.read())


def test_a_manager_reads_all_of_a_customer_on_one_page(client, manager, firm):
    page = parts(client, manager, firm.entity)

    for each in ("A-1001", "12,400.50", "7,300.25", "Open claims", "S-77", "Lutsk", "In charge", "Bob"):
        assert each in page, each


def test_staff_without_orders_read_no_orders_and_no_money(client, firm):
    visitor = make_user("vera@rapport.example", "Vera Viewer", "content")

    page = parts(client, visitor, firm.entity)

    assert "In charge" in page
    for each in ("A-1001", "12,400.50", "7,300.25", "S-77", "Open claims"):
        assert each not in page, each


def test_the_sheet_of_a_contact_that_one_may_not_see_is_not_there(client, bob, charlie):
    hidden = PersonFactory(folder=FolderFactory(kind="personal", owner=bob))
    address = reverse("customer_sheet:sheet", args=[hidden.pk])

    client.force_login(charlie)
    assert client.get(address).status_code == 404
    assert client.get(address, {"parts": ""}, headers=HTMX).status_code == 404
    client.force_login(bob)
    assert client.get(address).status_code == 200


def test_an_empty_customer_has_a_sheet_without_parts(client, manager):
    nobody = OrganisationFactory(name="Nova Firma")
    client.force_login(manager)

    page = client.get(reverse("customer_sheet:sheet", args=[nobody.pk])).content.decode()
    rest = parts(client, manager, nobody)

    assert "Nova Firma" in page
    assert rest.count("None yet.") == 2  # tasks and the history
    assert rest.count("customer-sheet__part") == 2


def test_without_scripts_the_whole_sheet_is_one_page(client, manager, firm):
    client.force_login(manager)

    page = client.get(reverse("customer_sheet:sheet", args=[firm.entity_id]), {"parts": ""}).content.decode()

    assert "A-1001" in page
    assert "What happened last" in page


def test_the_paper_for_the_customer_says_nothing_of_the_house(manager, firm):
    words = on_paper(manager, "customer_sheet", firm.entity)

    assert "A-1001" in words
    assert "Who is in charge" not in words
    assert "Personas and journeys" not in words


def test_the_paper_for_the_house_has_every_part(manager, firm):
    words = on_paper(manager, "house_sheet", firm.entity)

    for each in ("Who is in charge", "Personas and journeys", "A-1001", "7,300.25", "S-77"):
        assert each in words, each


def test_long_ukrainian_words_stay_whole_on_paper(manager, firm):
    town = "Західноукраїнськевисокотехнологічнеелектрогідромеханізоване"
    ShipmentStop.objects.update(city=town)

    words = on_paper(manager, "house_sheet", firm.entity).replace("\n", "").replace(" ", "").replace("-", "")

    assert town in words


def test_the_number_of_queries_does_not_grow_with_the_customer(client, manager, firm, django_assert_max_num_queries):
    for number in range(8):
        an_order(firm, f"B-{number}", amount=Decimal(10), received_at=NOW - timedelta(days=number))
    client.force_login(manager)
    address = reverse("customer_sheet:sheet", args=[firm.entity_id])
    client.get(address)

    with django_assert_max_num_queries(12):
        client.get(address)
    with django_assert_max_num_queries(24):
        client.get(address, {"parts": ""}, headers=HTMX)
