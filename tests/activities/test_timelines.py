"""Timelines: an employer's shows what its people's folders let the reader see."""

from __future__ import annotations

import pytest
from django.urls import reverse

from apps.activities.services.notes import add_note
from apps.contacts.models import Entity
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EntityInput, JobInput
from tests.contacts.factories import FolderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def employer(ada, everyone_folder, now) -> Entity:
    """A firm that all see; of its two people one lies in a restricted folder, and of both there is a note."""
    restricted = FolderFactory(kind="restricted")
    firm = create_entity(actor=ada, data=EntityInput(kind="organisation", name="Vikna Plus"), now=now)
    for name, folder in (("Olena", everyone_folder), ("Sarah", restricted)):
        given = EntityInput(first_name=name, folder_id=folder.pk, jobs=[JobInput(organisation_id=firm.pk)])
        person = create_entity(actor=ada, data=given, now=now)
        add_note(actor=ada, entity=person, text=f"{name} wants oak", now=now)
    return firm


@pytest.mark.parametrize("name", ["activities:timeline", "contacts:entity"])
def test_a_note_on_a_hidden_person_is_not_on_the_employers_timeline(client, ada, bob, employer, name):
    pages = {}
    for user in (ada, bob):
        client.force_login(user)
        pages[user] = client.get(reverse(name, args=[employer.pk])).content.decode()

    assert "Olena wants oak" in pages[ada]
    assert "Sarah wants oak" in pages[ada]
    assert "Olena wants oak" in pages[bob]
    assert "Sarah" not in pages[bob]


def test_a_note_on_a_hidden_person_is_not_in_the_history_of_all(client, bob, employer):
    client.force_login(bob)

    page = client.get(reverse("contacts:list_tab", args=["activity"])).content.decode()

    assert "Olena wants oak" in page
    assert "Sarah" not in page
