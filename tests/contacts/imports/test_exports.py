"""What leaves the house: by whom, of what, and the trace of it."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from apps.accounts.models import AuditEvent
from apps.contacts.models import Category, Entity, EntityCategory, Folder, FolderPermission
from apps.contacts.models.rights import forget_rights
from tests.contacts.imports.conftest import organisation, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def download(client):
    """Fill in the dialog and take what the browser would be sent to."""

    def take(**posted) -> str:
        answer = client.post(reverse("contacts:export") + "?tab=all", {"confirmed": "1", "format": "vcard", **posted})
        assert answer.status_code == 302, answer.content.decode()
        page = client.get(answer.url)
        assert page["Content-Disposition"].startswith("attachment")
        assert client.get(answer.url).status_code == 404  # once
        return b"".join(page.streaming_content).decode()

    return take


def names(text: str) -> set[str]:
    return set(re.findall(r"^FN[^:]*:(.*)\r$", text, re.MULTILINE))


def test_the_selection_is_downloaded_and_audited(client, alice, bring, download):
    bring(person("Olena", "Koval"), person("Ivan", "Petrenko"))
    client.force_login(alice)
    olena = Entity.objects.get(first_name="Olena")

    text = download(ids=[olena.pk], scope="selection")

    assert names(text) == {"Olena Koval"}
    event = AuditEvent.objects.get(verb="contacts.exported")
    assert (event.actor, event.details) == (alice, {"format": "vcard", "scope": "selection", "count": 1})


def test_a_company_goes_out_with_its_people_and_their_roles(client, alice, bring, download):
    card = person("Olena", "Koval", company="Vikna Plus")
    card.jobs[0].title = "Engineer"
    bring(card, person("Ivan", "Petrenko", company="Other"))
    client.force_login(alice)
    vikna = Entity.objects.get(name="Vikna Plus")

    text = download(company=vikna.pk, scope="company")

    assert names(text) == {"Olena Koval", "Vikna Plus"}
    assert "TITLE" in text


def test_one_folder_is_downloaded(client, alice, bring, download):
    folder = Folder.objects.create(name="Suppliers")
    bring(person("Olena", "Koval"), folder=folder)
    bring(person("Ivan", "Petrenko"))
    client.force_login(alice)

    assert names(download(scope="folder", folder=folder.pk)) == {"Olena Koval"}


def test_what_may_be_seen_but_not_exported_stays(client, bob, bring, download):
    folder = Folder.objects.create(name="Read only", kind="restricted")
    FolderPermission.objects.create(folder=folder, group=bob.groups.get(), can_view=True, can_export=False)
    forget_rights()
    bring(person("Olena", "Koval"), folder=folder)
    bring(person("Ivan", "Petrenko"))
    client.force_login(bob)
    olena = Entity.objects.get(first_name="Olena")

    assert names(download(scope="all")) >= {"Ivan Petrenko"}
    assert "Olena Koval" not in names(download(scope="all"))
    assert names(download(scope="selection", ids=[olena.pk])) == set()


def test_a_hidden_category_hides_its_contacts_from_exports(client, bob, bring, download):
    bring(person("Olena", "Koval"))
    secret = Category.objects.create(name="Secret", is_restricted=True)
    EntityCategory.objects.create(entity=Entity.objects.get(), category=secret)
    Entity.objects.update(is_restricted=True)
    forget_rights()
    client.force_login(bob)

    assert "Olena Koval" not in names(download(scope="all"))


def test_cells_that_a_spreadsheet_would_run_are_defused(client, alice, bring, download):
    bring(person("=cmd|' /C calc'!A0", "Koval"), organisation("+Plus"))
    client.force_login(alice)

    text = download(scope="all", format="csv")

    assert "'=cmd" in text
    assert not re.search(r"(^|,)[=+@]", text, re.MULTILINE)


def test_an_export_needs_a_folder_where_one_was_meant(client, alice):
    client.force_login(alice)

    answer = client.post(reverse("contacts:export"), {"confirmed": "1", "format": "csv", "scope": "folder"})

    assert answer.status_code == 422


def test_an_export_costs_the_same_queries_for_ten_as_for_a_hundred(alice, bring, django_assert_max_num_queries):
    from apps.contacts.services.exports import cards_of, export_scope

    bring(*[person("Person", str(number), email=f"p{number}@example.com", company="Vikna") for number in range(100)])

    with django_assert_max_num_queries(45):
        assert len(list(cards_of(export_scope(alice), reader=alice))) == 101
