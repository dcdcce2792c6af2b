"""What the API of contacts takes from nobody, and how it says so."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.accounts.services.tokens import create_token
from apps.contacts.models import Entity
from apps.contacts.services.trash import trash_entities
from tests.contacts.factories import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def send(bob, now):
    """Asks as a program of bob's."""
    scopes = ["contacts:read", "contacts:write"]
    _row, text = create_token(actor=bob, user=bob, name="test", scopes=scopes, expires_at=None, now=now)
    client = Client(headers={"Authorization": f"Bearer {text}"})
    return lambda method, path, body: client.generic(
        method, f"/api/v1/contacts{path}", json.dumps(body), "application/json"
    )


@pytest.mark.parametrize("first_name", ["a\x00b", "\ud800"])
@pytest.mark.parametrize("nest", [lambda name: {"first_name": name}, lambda name: {"attributes": {"x": [name]}}])
def test_signs_that_cannot_be_kept_are_refused(send, first_name, nest):
    answer = send("POST", "", {"last_name": "Koval"} | nest(first_name))

    assert answer.status_code == 422
    assert "can't be kept" in answer.content.decode()


@pytest.mark.parametrize("values", [{"folder_id": None}, {"attributes": None}])
def test_what_every_contact_has_is_not_taken_away(send, values):
    person = PersonFactory()

    assert list(send("PATCH", f"/{person.pk}", values).json()["errors"]) == list(values)


def test_nobody_but_a_colleague_owns_a_contact(send, bob, dora, now):
    person = PersonFactory(owner=bob)
    gone = User.objects.create_user("gone@example.com", is_active=False, created_at=now)

    for owner in (dora.pk, gone.pk, 10**10, 10**25):
        assert send("PATCH", f"/{person.pk}", {"owner_id": owner}).status_code == 422
        assert send("POST", "", {"last_name": "Koval", "owner_id": owner}).status_code == 422

    assert Entity.objects.get(pk=person.pk).owner_id == bob.pk


def test_a_folder_that_is_none_is_named(send):
    assert send("POST", "", {"last_name": "Koval", "folder_id": 10**10}).json()["errors"] == {
        "folder": ["There is no such folder."]
    }


def test_a_contact_in_the_trash_is_not_changed(send, ada, now):
    person = PersonFactory()
    trash_entities(actor=ada, ids=[person.pk], now=now)

    answer = send("POST", f"/{person.pk}/emails", {"address": "olena@example.com"})

    assert answer.status_code == 409
    assert "in the trash" in answer.json()["title"]
