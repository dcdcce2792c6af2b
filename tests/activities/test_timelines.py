"""Timelines: an employer's shows what its people's folders let the reader see."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.activities.selectors.timelines import timeline_of
from apps.activities.services.notes import add_note
from apps.contacts.models import Entity
from apps.contacts.services.entities import create_entity, update_entity
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


def test_what_was_changed_stands_between_the_entries_where_one_asks_for_it(client, ada, bob, now):
    olena = create_entity(actor=ada, data=EntityInput(last_name="Koval"), now=now)
    for number in range(30):
        moment = now + timedelta(hours=number)
        if number % 3 == 0:
            fields = {"notes": f"{number}"}
            update_entity(actor=bob, entity=olena, fields=fields, expected_version=None, now=moment)
        else:
            add_note(actor=bob, entity=olena, text=f"Note {number}", now=moment)
    # At the very same moment as a change.
    add_note(actor=bob, entity=olena, text="Note at once", now=now + timedelta(hours=27))

    seen: list[str] = []
    after = ""
    for _page in range(2):
        later = now + timedelta(days=9)
        page = timeline_of(olena, user=bob, now=later, with_changes=True, after=after)
        seen += [entry.snippet or entry.verb for entry in page.entries]
        after = page.after

    expected = ["entity.updated" if number % 3 == 0 else f"Note {number}" for number in reversed(range(30))]
    expected.insert(2, "Note at once")
    assert seen == [*expected, "entity.created"]
    assert after == ""
    client.force_login(bob)
    part = client.get(reverse("activities:timeline", args=[olena.pk]), {"kind": "with-changes"}).content.decode()
    assert "Contact changed" in part
    assert "Note 29" in part
