"""The HTTP API of history and tasks, as a program would use it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client

from apps.accounts.services.tokens import create_token
from apps.activities.models import Activity, Task
from apps.activities.services.notes import add_note
from apps.contacts.models import Entity
from tests.contacts.factories import FolderFactory, PersonFactory


class Api:
    """A client that sends a token and speaks JSON."""

    def __init__(self, token: str) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {token}"})

    def __call__(self, method: str, path: str, body=None, **headers):
        return self.client.generic(
            method, f"/api/v1{path}", json.dumps(body) if body is not None else b"", "application/json", headers=headers
        )


@pytest.fixture
def api_of(now):
    def make(user, *scopes):
        wanted = scopes or ("activities:read", "activities:write")
        _row, text = create_token(actor=user, user=user, name="test", scopes=wanted, expires_at=None, now=now)
        return Api(text)

    return make


@pytest.fixture
def olena(everyone_folder) -> Entity:
    return PersonFactory()


def test_a_program_plans_changes_and_completes_a_task(alice, bob, api_of, olena):
    api = api_of(bob)
    planned = {
        "subject": "Send the offer",
        "due_on": "2027-01-05",
        "due_at": "14:30",
        "zone": "Europe/Kyiv",
        "contact_ids": [olena.pk],
        "assignee_ids": [alice.pk, bob.pk],
        "rrule": "FREQ=WEEKLY",
        "items": ["Measure"],
    }

    made = api("POST", "/tasks", planned)
    assert made.status_code == 201, made.content
    task = made.json()
    path = f"/tasks/{task['id']}"
    assert made["Location"] == f"/api/v1{path}"
    assert (task["contact_ids"], task["assignee_ids"]) == ([olena.pk], sorted([alice.pk, bob.pk]))
    assert task["items"][0]["text"] == "Measure"

    changed = api("PATCH", path, {"subject": "Send two", "due_at": None}, **{"If-Match": made["ETag"]})
    assert changed.status_code == 200, changed.content
    assert (changed.json()["subject"], changed.json()["due_at"]) == ("Send two", None)
    assert changed.json()["assignee_ids"] == task["assignee_ids"]
    assert api("PATCH", path, {"subject": "Send three"}, **{"If-Match": made["ETag"]}).status_code == 412
    assert api("GET", path, **{"If-None-Match": changed["ETag"]}).status_code == 304

    done = api("POST", f"{path}/complete")
    assert (done.json()["state"], done.json()["completed_by_id"]) == ("done", bob.pk)
    assert api("POST", f"{path}/complete").json() == done.json()
    assert [each["subject"] for each in api("GET", "/tasks?is_open=true").json()["items"]] == ["Send two"]
    assert Task.objects.count() == 2


def test_a_program_without_the_scope_or_the_right_is_refused(ada, bob, charlie, api_of, olena):
    made = api_of(bob)("POST", "/tasks", {"subject": "Mine"}).json()
    hidden = PersonFactory(folder=FolderFactory(kind="restricted"))
    secret = api_of(ada)("POST", "/tasks", {"subject": "Secret", "contact_ids": [hidden.pk]}).json()
    reader, stranger = api_of(bob, "activities:read"), api_of(charlie)

    assert reader("POST", "/tasks", {"subject": "No"}).status_code == 403
    assert reader("GET", f"/tasks/{made['id']}").status_code == 200
    assert api_of(bob, "contacts:read")("GET", "/tasks").status_code == 403
    assert stranger("POST", f"/tasks/{made['id']}/complete").status_code == 403
    assert stranger("GET", f"/tasks/{secret['id']}").status_code == 404
    assert stranger("POST", "/tasks", {"subject": "No", "contact_ids": [hidden.pk]}).status_code == 422
    assert [each["subject"] for each in stranger("GET", "/tasks").json()["items"]] == ["Mine"]


@pytest.mark.parametrize(
    "body",
    [
        {"subject": ""},
        {"subject": "Go", "rrule": "FREQ=DAILY"},
        {"subject": "Go", "zone": "Mars/Base"},
        {"subject": "Go", "assignee_ids": [10**30]},
        {"subject": "Go", "contact_ids": [0]},
        {"subject": "Go", "priority": None},
        {"subject": "Go", "colour": "red"},
    ],
)
def test_what_makes_no_sense_is_a_problem_with_its_field(bob, api_of, body):
    answer = api_of(bob)("POST", "/tasks", body)

    assert answer.status_code == 422, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert not Task.objects.exists()


def test_the_history_comes_in_pages_that_meet(bob, now, api_of, olena):
    for number in range(7):
        add_note(actor=bob, entity=olena, text=f"{number}", now=now + timedelta(minutes=number // 2))
    api, seen, after = api_of(bob), [], ""
    while after is not None:
        answer = api("GET", f"/activities?contact_id={olena.pk}&limit=3&after={after}")
        assert answer.status_code == 200, answer.content
        page = answer.json()
        seen += [each["text"] for each in page["items"]]
        after = page["next"]

    assert seen == [f"{number}" for number in reversed(range(7))]
    assert api("GET", "/activities?after=nonsense").status_code == 422
    tasks = [api("POST", "/tasks", {"subject": f"{number}"}).json()["id"] for number in range(5)]
    first = api("GET", "/tasks?limit=3").json()
    second = api("GET", f"/tasks?limit=3&after={first['next']}").json()
    assert [each["id"] for each in first["items"] + second["items"]] == tasks


def test_notes_and_calls_are_written_once_per_key(bob, now, api_of, olena):
    api = api_of(bob)
    note = {"contact_id": olena.pk, "text": "Wants oak"}

    made = api("POST", "/activities/notes", note, **{"Idempotency-Key": "one"})
    again = api("POST", "/activities/notes", note, **{"Idempotency-Key": "one"})
    call = {"contact_id": olena.pk, "occurred_at": now.isoformat(), "seconds": 90}
    logged = api("POST", "/activities/calls", call)

    assert made.status_code == again.status_code == logged.status_code == 201
    assert made.json() == again.json()
    assert Activity.objects.count() == 2
    assert api("GET", f"/activities/{made.json()['id']}").json()["text"] == "Wants oak"
    assert logged.json()["facts"]["seconds"] == 90
