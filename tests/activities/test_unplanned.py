"""Contacts without a next step: found, and gone from the list once something is planned."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.activities.services.recording import Entry, record
from apps.activities.services.task_input import TaskInput
from apps.activities.services.task_states import complete_task
from apps.activities.services.tasks import add_task
from apps.core import clock
from tests.contacts.factories import FolderFactory, PersonFactory


@pytest.fixture(autouse=True)
def _clock(monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now)


def listed(client, user, path="unplanned/") -> list[str]:
    client.force_login(user)
    content = client.get(f"/activities/{path}").content.decode()
    return [name for name in ("Olena", "Serhii", "Mykola", "Hidden") if f"{name} Koval" in content]


def task_of(actor, now, *entities, **fields):
    return add_task(actor=actor, data=TaskInput(subject="Call", zone="UTC", entities=entities, **fields), now=now)


def test_a_contact_is_listed_until_something_is_planned_and_again_when_it_is_over(client, alice, bob, now):
    olena = PersonFactory(first_name="Olena", owner=bob)
    serhii = PersonFactory(first_name="Serhii", owner=bob)
    PersonFactory(first_name="Mykola", owner=alice)
    PersonFactory(first_name="Hidden", owner=alice, folder=FolderFactory(kind="restricted"))
    assert listed(client, bob) == ["Olena", "Serhii"]
    assert listed(client, bob, "unplanned/all/") == ["Olena", "Serhii", "Mykola"]

    task = task_of(bob, now, olena)
    meeting = Entry(kind="meeting", verb="meeting.added", occurred_at=now + timedelta(days=1), entities=[serhii])
    entry = record(meeting, actor=bob, now=now)
    assert listed(client, bob) == []

    complete_task(actor=bob, task=task, now=now)
    entry.facts = {"is_over": True}
    entry.save()
    assert listed(client, bob) == ["Olena", "Serhii"]


def test_what_somebody_planned_in_secret_is_not_given_away(client, alice, bob, now):
    olena = PersonFactory(first_name="Olena", owner=bob)

    task_of(alice, now, olena, visibility="private")

    assert listed(client, bob) == ["Olena"]
    assert listed(client, alice, "unplanned/all/") == []


def test_each_row_plans_a_task_and_the_page_asks_little(client, bob, now):
    people = [PersonFactory(first_name=f"Ivan {number}", owner=bob) for number in range(60)]
    client.force_login(bob)
    client.get("/activities/unplanned/")

    with CaptureQueriesContext(connection) as asked:
        response = client.get("/activities/unplanned/")

    assert len(asked) <= 12
    assert len(response.content) < 100_000
    assert f"/activities/tasks/new/?entity={people[0].pk}" in response.content.decode()
