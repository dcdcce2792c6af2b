"""The next step with a contact: on its page, and as column and filter of the list of contacts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.activities.models import Task
from apps.activities.services.recording import Entry, record
from apps.activities.services.task_input import TaskInput
from apps.activities.services.task_states import complete_task, snooze_task
from apps.activities.services.tasks import add_task
from apps.core import clock
from apps.core.services.lists import choose_columns
from tests.contacts.factories import FolderFactory, PersonFactory

TODAY = date(2026, 11, 2)


@pytest.fixture(autouse=True)
def _clock(monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now)


def task_of(actor, now, entity, subject="Call", **fields) -> Task:
    data = TaskInput(subject=subject, zone="Europe/Kyiv", entities=[entity], **fields)
    return add_task(actor=actor, data=data, now=now)


def panel_of(client, entity) -> str:
    part = reverse("activities:contact_next_step", args=[entity.pk])
    assert part in client.get(reverse("contacts:entity", args=[entity.pk])).content.decode()
    content: str = client.get(part, headers={"HX-Request": "true"}).content.decode()
    return content


def listed(client, choice, people) -> list[str]:
    content = client.get(f"{reverse('contacts:list_tab', args=['all'])}?f.next-step={choice}").content.decode()
    return [each.first_name for each in people if f"{each.first_name} Koval" in content]


def test_a_step_is_planned_from_the_page_of_a_contact_and_done_there(client, bob, now):
    olena = PersonFactory(first_name="Olena", last_name="Koval")
    client.force_login(bob)
    assert "Nothing planned" in panel_of(client, olena)

    plan = reverse("activities:next_step_plan", args=[olena.pk])
    client.post(plan, {"what": "call", "words": "the offer", "on": "2026-11-05"})

    task = Task.objects.get()
    assert (task.activity.subject, task.due_on) == ("Call: the offer", date(2026, 11, 5))
    assert [each.user for each in task.assignees.all()] == [bob]
    shown = panel_of(client, olena)
    assert "Call: the offer" in shown
    assert "Nothing planned" not in shown

    client.post(reverse("activities:task_complete", args=[task.pk]))
    assert "Nothing planned" in panel_of(client, olena)


def test_something_else_needs_words_and_a_day_needs_to_be_one(client, bob):
    olena = PersonFactory(first_name="Olena", last_name="Koval")
    client.force_login(bob)
    plan = reverse("activities:next_step_plan", args=[olena.pk])

    for wrong in ({"what": "other", "on": "2026-11-05"}, {"what": "call", "on": "0001-01-01"}, {"what": "call"}):
        assert client.post(plan, wrong).status_code == 422

    assert not Task.objects.exists()


def test_the_first_day_leads_and_what_was_put_off_waits_for_its_day(client, bob, now):
    olena = PersonFactory(first_name="Olena", last_name="Koval")
    late = task_of(bob, now, olena, "Send the offer", due_on=TODAY - timedelta(days=3))
    task_of(bob, now, olena, "Ask again", due_on=TODAY + timedelta(days=2))
    client.force_login(bob)
    assert "Send the offer" in panel_of(client, olena)
    assert "and 1 more" in panel_of(client, olena)

    snooze_task(actor=bob, task=late, until=TODAY + timedelta(days=9), now=now)

    assert "Ask again" in panel_of(client, olena)
    assert "Send the offer" not in panel_of(client, olena)


def test_the_list_of_contacts_is_asked_for_due_overdue_and_nothing_planned(client, bob, now):
    names = ("Late", "Now", "Soon", "Someday", "Meets", "Empty", "Finished")
    people = [PersonFactory(first_name=name, last_name="Koval") for name in names]
    late, today, soon, someday, meets, _empty, finished = people
    task_of(bob, now, late, due_on=TODAY - timedelta(days=1))
    task_of(bob, now, today, due_on=TODAY)
    task_of(bob, now, soon, due_on=TODAY + timedelta(days=7))
    task_of(bob, now, someday)
    ahead = Entry(kind="meeting", verb="meeting.added", occurred_at=now + timedelta(days=3), entities=[meets])
    record(ahead, actor=bob, now=now)
    complete_task(actor=bob, task=task_of(bob, now, finished, due_on=TODAY), now=now)
    client.force_login(bob)

    assert listed(client, "overdue", people) == ["Late"]
    assert listed(client, "today", people) == ["Now"]
    assert listed(client, "week", people) == ["Soon", "Meets"]
    assert listed(client, "undated", people) == ["Someday"]
    assert listed(client, "none", people) == ["Empty", "Finished"]
    assert listed(client, "today&f.next-step=none", people) == ["Now", "Empty", "Finished"]


def test_what_somebody_planned_in_secret_is_told_neither_on_the_page_nor_in_the_list(client, alice, bob, now):
    olena = PersonFactory(first_name="Olena", last_name="Koval")
    task_of(alice, now, olena, "A surprise", due_on=TODAY, visibility="private")

    client.force_login(bob)
    assert "A surprise" not in panel_of(client, olena)
    assert listed(client, "today", [olena]) == []
    assert listed(client, "none", [olena]) == ["Olena"]

    client.force_login(alice)
    assert "A surprise" in panel_of(client, olena)
    assert listed(client, "today", [olena]) == ["Olena"]


def test_an_outsider_learns_nothing_of_a_hidden_contact(client, charlie):
    hidden = PersonFactory(first_name="Hidden", folder=FolderFactory(kind="restricted"))
    client.force_login(charlie)

    for name in ("contact_next_step", "next_step_plan"):
        assert client.get(reverse(f"activities:{name}", args=[hidden.pk])).status_code in (403, 404)


def test_columns_of_a_full_page_take_one_more_question(client, bob, now):
    for number in range(50):
        person = PersonFactory(first_name=f"Ivan{number}")
        task_of(bob, now, person, f"Call {number}", due_on=TODAY - timedelta(days=1))
        task_of(bob, now, person, f"Later {number}", due_on=TODAY + timedelta(days=1))
    client.force_login(bob)
    url = reverse("contacts:list_tab", args=["all"])
    choose_columns(actor=bob, list_key="contacts.entities", columns=["name", "next-step", "next-step-on"], page_size=50)
    client.get(url)

    with CaptureQueriesContext(connection) as asked:
        content = client.get(url).content.decode()

    assert len(asked) <= 16
    assert "Call 7<" in content
    assert "Later 7<" not in content
