"""What one gathers on the clipboard stays across pages, is one's own, and shows no more than one may see."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.contacts.models import Clipped, Entity
from apps.contacts.models.rights import forget_rights
from apps.contacts.selectors.clipboard import clipboard_of, clipped_count
from apps.contacts.services import clipboard
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EmailInput, EntityInput, UnitInput
from tests.contacts.factories import FolderFactory

TRAY = "/contacts/list/clipboard/"


@pytest.fixture
def people(bob, now) -> list[Entity]:
    def person(name: str) -> Entity:
        units = [UnitInput(emails=[EmailInput(f"{name.lower()}@example.com")])]
        return create_entity(actor=bob, data=EntityInput(last_name=name, units=units), now=now)

    return [person(name) for name in ("Adler", "Bondar", "Czerny")]


def names(user) -> list[str]:
    return [entity.last_name for entity in clipboard_of(user)]


def options(response) -> list[str]:
    return [item["text"] for item in response.json()["items"] if item["is_clipped"]]


def test_chosen_rows_stay_across_pages_and_can_be_used_and_taken_off(client, bob, people):
    client.force_login(bob)

    client.post("/contacts/clipboard/add/?tab=people", {"ids": [people[0].pk, people[2].pk]})
    client.post(f"/contacts/{people[1].pk}/clip/")

    page = client.get(TRAY).content.decode()
    assert re.findall(r"Adler|Bondar|Czerny", re.sub(r"<[^>]*>", " ", page)).count("Bondar") >= 1
    assert "3 contacts on it" in client.get("/").content.decode()

    told = client.post("/contacts/clipboard/remove/?tab=clipboard", {"ids": [people[1].pk]}, follow=True)
    assert "1 contact taken off the clipboard" in told.content.decode()
    assert names(bob) == ["Adler", "Czerny"]
    assert "2 contacts on it" in client.get("/").content.decode()


def test_all_matches_of_the_clipboard_are_those_on_it_and_no_other(client, bob, people):
    client.force_login(bob)
    client.post("/contacts/clipboard/add/", {"ids": [people[0].pk]})

    client.post("/contacts/bulk/trash/?tab=clipboard", {"all": "1", "match": "", "confirmed": "1"})

    assert list(Entity.objects.exclude(trashed_at=None)) == [people[0]]


def test_emptying_is_undone_and_takes_back_only_what_was_emptied(client, bob, people, now):
    clipboard.clip(actor=bob, chosen=Entity.objects.all(), now=now)
    clipboard.take_off(actor=bob, chosen=Entity.objects.filter(pk=people[1].pk), now=now + timedelta(minutes=1))
    client.force_login(bob)

    client.post("/contacts/clipboard/remove/", {"everything": "1"})
    assert names(bob) == []
    assert "Nothing on the clipboard" in client.get(TRAY).content.decode()

    client.post("/contacts/clipboard/put-back/")
    assert names(bob) == ["Adler", "Czerny"]


def test_it_is_ones_own_and_shows_nothing_that_one_may_no_longer_see(client, alice, bob, people, now):
    clipboard.clip(actor=bob, chosen=Entity.objects.all(), now=now)
    assert names(alice) == []

    Entity.objects.filter(pk=people[0].pk).update(folder=FolderFactory(kind="personal", owner=alice))
    forget_rights()

    assert names(bob) == ["Bondar", "Czerny"]
    client.force_login(bob)
    assert "Adler" not in client.get(TRAY).content.decode()
    assert options(client.get("/contacts/pick/")) == ["Bondar", "Czerny"]


def test_a_picker_shows_it_first_once_and_offers_to_paste_all(client, bob, people, now):
    clipboard.clip(actor=bob, chosen=Entity.objects.filter(pk__in=[people[1].pk, people[2].pk]), now=now)
    client.force_login(bob)

    answer = client.get("/contacts/pick/").json()

    assert [item["text"] for item in answer["items"]] == ["Bondar", "Czerny", "Adler"]
    assert answer["paste"] == "Paste all 2 on the clipboard"
    assert options(client.get("/contacts/pick/?kind=organisation")) == []
    typed = client.get("/contacts/pick/?q=Adl").json()
    assert ([item["text"] for item in typed["items"]], typed["paste"]) == (["Adler"], "")


def test_a_mail_is_written_to_all_that_lie_on_it(client, bob, people, now):
    clipboard.clip(actor=bob, chosen=Entity.objects.filter(pk__in=[people[0].pk, people[2].pk]), now=now)
    client.force_login(bob)

    answer = client.get("/mail/recipients/").json()

    clipped = [item["hint"] for item in answer["items"] if item["is_clipped"]]
    assert clipped == ["adler@example.com", "czerny@example.com"]
    assert [item["text"] for item in answer["items"]].count("Adler") == 1


def test_it_holds_a_thousand_and_says_what_found_no_room(client, bob, people, now, monkeypatch):
    monkeypatch.setattr(clipboard, "MOST", 2)
    client.force_login(bob)

    told = client.post("/contacts/clipboard/add/", {"all": "1", "match": ""}, follow=True)

    assert "1 found no room" in told.content.decode()
    assert clipboard.clip(actor=bob, chosen=Entity.objects.all(), now=now) == clipboard.Gathered(added=0, left_out=1)


def test_what_was_taken_off_is_forgotten_after_a_day(bob, people, now):
    clipboard.clip(actor=bob, chosen=Entity.objects.all(), now=now)
    clipboard.take_off(actor=bob, now=now)

    clipboard.clip(actor=bob, chosen=Entity.objects.filter(pk=people[0].pk), now=now + timedelta(days=2))

    assert Clipped.objects.filter(user=bob).count() == 1


def test_a_segment_is_not_made_of_it(client, ada, people):
    client.force_login(ada)

    assert client.get("/crm/segments/new/?tab=clipboard").status_code == 404


def test_the_number_is_kept_until_something_changes(bob, people, now, django_assert_num_queries):
    clipboard.clip(actor=bob, chosen=Entity.objects.all(), now=now)
    clipped_count(bob)
    with django_assert_num_queries(0):
        clipped_count(bob)


def test_what_one_no_longer_sees_takes_no_room_and_can_be_let_go_of(client, bob, people, now, monkeypatch):
    monkeypatch.setattr(clipboard, "MOST", 2)
    first, second, third = (Entity.objects.filter(pk=each.pk) for each in people)
    clipboard.clip(actor=bob, chosen=first | second, now=now)
    Entity.objects.filter(pk__in=[people[0].pk, people[1].pk]).update(trashed_at=now)
    client.force_login(bob)
    assert "Empty the clipboard" in client.get(TRAY).content.decode()

    assert clipboard.clip(actor=bob, chosen=third, now=now) == clipboard.Gathered(added=1, left_out=0)

    assert Clipped.objects.filter(user=bob, removed_at=None).count() == 1
    assert clipboard.put_back(actor=bob) == 0


def test_no_more_is_put_back_than_finds_room(bob, people, now, monkeypatch):
    clipboard.clip(actor=bob, chosen=Entity.objects.all(), now=now)
    clipboard.take_off(actor=bob, chosen=Entity.objects.exclude(pk=people[0].pk), now=now)
    monkeypatch.setattr(clipboard, "MOST", 2)

    assert clipboard.put_back(actor=bob) == 1
    monkeypatch.setattr(clipboard, "MOST", 1)
    assert clipboard.clip(actor=bob, chosen=Entity.objects.all(), now=now) == clipboard.Gathered(added=0, left_out=1)


def test_two_pages_fill_it_one_after_the_other(bob, people, now):
    with CaptureQueriesContext(connection) as asked:
        clipboard.clip(actor=bob, chosen=Entity.objects.all(), now=now)
        clipboard.put_back(actor=bob)

    locks = [
        each["sql"] for each in asked if 'FROM "accounts_user"' in each["sql"] and "FOR NO KEY UPDATE" in each["sql"]
    ]
    assert len(locks) == 2
