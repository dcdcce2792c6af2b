"""Programs read sequences and who goes through them, and let contacts begin, rest, go on and stop."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from apps.accounts.services.tokens import create_token
from apps.core import clock
from apps.crm.services.assignments import assign
from apps.crm.services.sequences import save_sequence
from tests.contacts.factories import FolderFactory, PersonFactory
from tests.crm.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def api(user, method, path, body=None, *, scopes=("contacts:read", "contacts:write")):
    _row, token = create_token(actor=user, user=user, name="test", scopes=scopes, expires_at=None, now=clock.now())
    client = Client(headers={"Authorization": f"Bearer {token}"})
    data = b"" if body is None else json.dumps(body)
    return client.generic(method, f"/api/v1/sequences{path}", data, "application/json")


@pytest.fixture
def sequence(alice):
    return save_sequence(actor=alice, name="New dealer", steps=[(3, "call", "the offer"), (7, "call")], now=NOW)


def test_a_program_lets_a_contact_begin_rest_go_on_and_stop(bob, sequence):
    olha = PersonFactory(first_name="Olha", last_name="Koval")
    (shown,) = api(bob, "GET", "").json()
    assert [shown["name"], shown["steps"][0]["words"]] == ["New dealer", "the offer"]

    begin = f"/{sequence.pk}/enrolments"
    (made,) = api(bob, "POST", begin, {"contact_ids": [olha.pk]}).json()
    assert (made["contact_id"], made["done"], made["due_on"]) == (olha.pk, 0, "2026-11-05")
    assert api(bob, "POST", begin, {"contact_ids": [olha.pk]}).json() == []
    one = f"/enrolments/{made['id']}"
    rests = api(bob, "POST", f"{one}/pause").json()
    assert (rests["due_on"], bool(rests["paused_at"])) == (None, True)
    assert api(bob, "POST", f"{one}/resume").json()["due_on"] == "2026-11-05"
    assert api(bob, "POST", f"{one}/stop", {"reason": "Enough"}).json()["end_reason"] == "hand"

    assert [row["id"] for row in api(bob, "GET", f"/enrolments?contact_id={olha.pk}").json()["items"]] == [made["id"]]
    assert api(bob, "GET", "/enrolments?active=true").json()["items"] == []


def test_a_program_of_an_outsider_finds_nobody_and_changes_nothing(alice, bob, charlie, sequence):
    hidden = PersonFactory(first_name="Hidden", folder=FolderFactory(kind="restricted"))
    olha = PersonFactory(first_name="Olha", last_name="Koval")
    assign(actor=alice, entity=olha, user=bob, on=NOW.date(), now=NOW)
    begin = f"/{sequence.pk}/enrolments"

    assert api(charlie, "POST", begin, {"contact_ids": [hidden.pk]}).status_code == 422
    assert api(charlie, "POST", begin, {"contact_ids": [olha.pk]}).status_code == 403
    (made,) = api(bob, "POST", begin, {"contact_ids": [olha.pk]}).json()
    assert api(charlie, "POST", f"/enrolments/{made['id']}/pause").status_code == 403
    assert api(bob, "POST", begin, {"contact_ids": [olha.pk]}, scopes=("contacts:read",)).status_code == 403
