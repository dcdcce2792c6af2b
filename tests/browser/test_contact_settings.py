"""The settings of contacts in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from apps.contacts.models import FieldChoice, FieldDefinition, Participant, Relationship, RelationshipType
from apps.contacts.services.fields import define_field
from tests.contacts.factories import CategoryFactory, FolderFactory, OrganisationFactory, PersonFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_administrator_makes_a_choice_and_puts_its_choices_in_order(page, live_server, sign_in, ada):
    sign_in(page, ada)
    page.goto(f"{live_server.url}/contacts/settings/fields/")

    page.get_by_role("link", name="New field").first.click()
    page.get_by_label("Label").fill("Wood")
    expect(page.get_by_role("group", name="Choices")).to_be_hidden()
    page.get_by_label("Type").select_option("choice")
    page.get_by_role("textbox", name="Choice").first.fill("Oak")
    page.get_by_role("button", name="Another choice").click()
    page.get_by_role("textbox", name="Choice").nth(1).fill("Larch")
    with page.expect_navigation():
        page.get_by_role("button", name="Save").click()

    page.get_by_role("link", name="Wood").click()
    page.get_by_role("button", name="Move up: Larch").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()

    assert FieldDefinition.objects.get().label == "Wood"
    assert list(FieldChoice.objects.order_by("position").values_list("label", flat=True)) == ["Larch", "Oak"]


@pytest.mark.parametrize("width", [360, 1440])
def test_the_pages_keep_the_rules_of_accessibility(page, live_server, sign_in, ada, axe, now, width):
    works_for = RelationshipType.objects.get(key="works_for")
    firm, person = OrganisationFactory(), PersonFactory()
    tie = Relationship.objects.create(type=works_for)
    Participant.objects.create(relationship=tie, entity=person, side="source", job_title="Director")
    Participant.objects.create(relationship=tie, entity=firm, side="target")
    CategoryFactory(name="Builders", colour="teal", parent=CategoryFactory(name="Customers"))
    folder = FolderFactory(name="Key accounts", kind="restricted")
    define_field(actor=ada, target="person", label="Size", field_type="number", is_filterable=True, now=now)
    PersonFactory(first_name="Gone", trashed_at=now, trashed_by=ada)
    sign_in(page, ada)
    page.set_viewport_size({"width": width, "height": 800})
    settings = ("folders/", "categories/", "fields/", "relationships/", f"folders/{folder.pk}/rights/", "fields/add/")
    addresses = [f"settings/{each}" for each in settings]

    for address in [*addresses, "trash/", f"{firm.pk}/chart/", f"{person.pk}/graph/"]:
        page.goto(f"{live_server.url}/contacts/{address}")

        assert axe(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
