"""Documents: what is on them, who gets them, and that they are set without a warning."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import translation

from apps.activities.services.notes import add_note
from apps.activities.services.task_input import TaskInput
from apps.activities.services.tasks import add_task
from apps.contacts.models import FieldDefinition, Link, PhoneNumber, RelationshipType
from apps.core.contributions import documents
from apps.core.documents import render
from apps.core.models import Operation
from apps.core.services import files
from apps.core.services.operations import run
from apps.messaging.services.documents import UnknownDocument, begin_document, document_file
from tests.contacts.factories import (
    EmailAddressFactory,
    FolderFactory,
    OrganisationFactory,
    PersonFactory,
    UnitFactory,
    tie,
)
from tests.messaging.pdf_text import pdf_text

pytestmark = pytest.mark.django_db


def made(actor, key, record_id, now, *, language="", ids=()):
    operation = begin_document(actor=actor, key=key, record_id=record_id, language=language, now=now, ids=ids)
    run(operation_id=operation.pk, now=now)
    operation.refresh_from_db()
    return operation


def text_of(operation) -> str:
    found = document_file(operation)
    assert found, operation.message
    with files.open_file(found[0]) as content:
        return pdf_text(content.read())


@pytest.fixture
def olena(db):
    person = PersonFactory(primary_phone="+380671234567", birthday="1985-04-12", attributes={"size": 42})
    FieldDefinition.objects.create(key="size", label="Shirt size", target="person", field_type="number")
    unit = UnitFactory(entity=person, street="Shevchenka", house_number="5", city="Lviv", country="UA")
    EmailAddressFactory(unit=unit, address="olena@example.com", label="private")
    PhoneNumber.objects.create(entity=person, unit=unit, raw="067", e164="+380671234567", digits="380671234567")
    Link.objects.create(entity=person, unit=unit, url="https://example.com/o", password="gAAAA-secret")
    tie(
        RelationshipType.objects.get(key="works_for"),
        person,
        OrganisationFactory(),
        job_title="Director",
        is_primary=True,
    )
    return person


def test_the_customer_sheet_has_all_that_is_known(bob, olena, now):
    add_task(actor=bob, data=TaskInput(subject="Send an offer", zone="Europe/Kyiv", entities=[olena]), now=now)
    add_note(actor=bob, entity=olena, text="She likes #let x = 1 and *stars*.", now=now)

    words = text_of(made(bob, "customer_sheet", olena.pk, now))

    for each in (
        *("Olena Koval", "12 April 1985", "Shirt size", "42", "Shevchenka 5", "Lviv", "Ukraine"),
        *("+380 67 123 4567", "olena@example.com (private)", "works for", "Vikna Plus: Director"),
        *("Send an offer", "She likes #let x = 1 and *stars*.", "Page 1 of 1"),
    ):
        assert each in words, words
    assert words.count("She likes") == 1
    assert "gAAAA" not in words


def test_a_paper_that_is_handed_on_holds_nothing_private(bob, olena, now):
    add_note(actor=bob, entity=olena, text="She haggles.", visibility="private", now=now)

    assert "haggles" not in text_of(made(bob, "customer_sheet", olena.pk, now))


def test_the_sheet_of_a_contact_that_one_may_not_see_is_not_made(bob, charlie, now):
    hidden = PersonFactory(folder=FolderFactory(kind="personal", owner=bob))

    assert document_file(made(bob, "customer_sheet", hidden.pk, now))
    refused = made(charlie, "customer_sheet", hidden.pk, now)

    assert refused.state == Operation.State.FAILED
    assert document_file(refused) is None


def test_a_sheet_in_ukrainian_breaks_long_words_and_keeps_them(bob, now):
    name = "Західноукраїнське високотехнологічне електрогідромеханізоване деревообробне підприємство"
    firm = OrganisationFactory(name=name, attributes={})

    operation = made(bob, "customer_sheet", firm.pk, now, language="uk")

    words = text_of(operation).replace("\n", "").replace(" ", "")
    assert name.replace(" ", "") in words
    assert operation.result["name"].isascii()


def test_a_list_has_the_chosen_contacts_that_its_reader_sees(bob, charlie, now):
    seen = PersonFactory(display_name="Anna Seen", city="Odesa")
    hidden = PersonFactory(display_name="Bohdan Hidden", folder=FolderFactory(kind="personal", owner=bob))
    PersonFactory(display_name="Not Chosen")

    words = text_of(made(charlie, "contact_list", 0, now, ids=[seen.pk, hidden.pk]))

    assert "Anna Seen" in words
    assert "Odesa" in words
    assert "1 contact" in words
    assert "Hidden" not in words
    assert "Not Chosen" not in words


def test_a_list_of_a_folder_has_its_contacts(bob, now):
    folder = FolderFactory(name="Dealers in the west", kind="personal", owner=bob)
    PersonFactory(display_name="Anna Inside", folder=folder)
    PersonFactory(display_name="Bohdan Outside")

    words = text_of(made(bob, "contact_list", folder.pk, now))

    assert "Dealers in the west" in words
    assert "Anna Inside" in words
    assert "Outside" not in words


def test_the_todo_list_is_ones_own(bob, charlie, now):
    add_task(actor=bob, data=TaskInput(subject="Call Lviv", zone="Europe/Kyiv", due_on=now.date()), now=now)  # overdue

    assert "Call Lviv" in text_of(made(bob, "todo_list", bob.pk, now))
    assert made(charlie, "todo_list", bob.pk, now).state == Operation.State.FAILED


@pytest.mark.parametrize("language", ["en", "uk"])
def test_every_document_is_set_without_a_warning(bob, olena, now, language):
    """Those of orders are in tests/crm/test_papers.py."""
    records = {"customer_sheet": olena.pk, "contact_list": olena.folder_id, "todo_list": bob.pk}
    with translation.override(language):
        for key, record_id in records.items():
            document = documents.get(key)
            assert document
            data = document.build(bob, record_id, language)
            assert render(document.template, data).startswith(b"%PDF")
            assert document.filename(data)


def test_an_unknown_document_and_a_dealer_are_refused(bob, dora, now):
    with pytest.raises(UnknownDocument):
        begin_document(actor=bob, key="tax_return", record_id=1, language="en", now=now)
    with pytest.raises(UnknownDocument):  # a contact's sheet has no parts
        begin_document(actor=bob, key="customer_sheet:1", record_id=1, language="en", now=now)
    with pytest.raises(UnknownDocument):
        begin_document(actor=bob, key="customer_sheet", record_id=1, language="en", ids=[1], now=now)
    with pytest.raises(PermissionDenied):
        begin_document(actor=dora, key="customer_sheet", record_id=1, language="en", now=now)


def test_from_the_contacts_page_to_the_open_paper(client, bob, alice, olena, now):
    client.force_login(bob)
    assert "Customer sheet" in client.get(reverse("contacts:entity", args=[olena.pk])).content.decode()

    answer = client.post(reverse("messaging:contact_document", args=[olena.pk, "customer_sheet"]))
    assert "operation-progress" in client.get(answer["Location"]).content.decode()
    operation = Operation.objects.get(verb="document.made")
    assert operation.parameters["queue"] == "documents"
    run(operation_id=operation.pk, now=now)

    opened = client.get(answer["Location"], follow=True)
    assert opened["Content-Type"] == "application/pdf"
    assert opened["Content-Disposition"] == 'inline; filename="customer-sheet-olena-koval.pdf"'
    assert "Olena Koval" in pdf_text(b"".join(opened.streaming_content))
    client.force_login(alice)
    assert client.get(reverse("messaging:document_file", args=[operation.pk])).status_code == 404


def test_only_documents_of_contacts_are_made_of_contacts(client, bob, olena):
    client.force_login(bob)

    for key in ("invoice", "todo_list", "nothing"):
        assert client.post(reverse("messaging:contact_document", args=[olena.pk, key])).status_code == 404


def test_chosen_contacts_become_a_list(client, charlie, bob, now):
    seen = PersonFactory(display_name="Anna Seen")
    hidden = PersonFactory(display_name="Bohdan Hidden", folder=FolderFactory(kind="personal", owner=bob))
    client.force_login(charlie)
    page = reverse("messaging:contacts_document")

    assert page in client.get(reverse("contacts:list")).content.decode()
    assert client.post(page, {"ids": []})["Location"] == reverse("contacts:list")
    answer = client.post(page, {"ids": [seen.pk, hidden.pk]})

    operation = Operation.objects.get(verb="document.made")
    assert answer["Location"] == reverse("messaging:document", args=[operation.pk])
    assert operation.parameters["ids"] == [seen.pk]
