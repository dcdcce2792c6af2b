"""Contacts by their next step, for oneself and one's team, and what is done with many of them at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import Team, TeamMembership
from apps.activities.models import Task
from apps.activities.services.task_input import TaskInput
from apps.activities.services.tasks import add_task
from apps.core import clock
from apps.core.models import Operation
from apps.core.services.operations import undo
from apps.crm.selectors.follow_up import follow_ups
from apps.crm.services.assignments import assign
from apps.crm.services.follow_up import change_next_steps, plan_next_steps
from tests.contacts.factories import PersonFactory
from tests.crm.factories import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def task(actor, entity, subject="Call", **fields) -> Task:
    data = TaskInput(subject=subject, zone="Europe/Kyiv", entities=[entity], **fields)
    return add_task(actor=actor, data=data, now=NOW)


@pytest.fixture
def four(alice, bob):
    """Bob's: one overdue, one due, one to come, one with nothing planned; and one of alice."""
    made = {
        name: PersonFactory(first_name=name, last_name="Koval") for name in ("Late", "Due", "Ahead", "Idle", "Hers")
    }
    for name, entity in made.items():
        assign(actor=alice, entity=entity, user=alice if name == "Hers" else bob, on=TODAY, now=NOW)
    for name, days in (("Late", -2), ("Due", 0), ("Ahead", 3), ("Hers", -1)):
        task(bob, made[name], due_on=TODAY + days * DAY)
    task(bob, made["Late"], "Later", due_on=TODAY + 9 * DAY)
    return made


def operation(changed) -> Operation:
    return Operation.objects.get(pk=changed.operation_id)


def names(user, whose, state):
    return list(follow_ups(user, whose, state, now=NOW).order_by("first_name").values_list("first_name", flat=True))


def test_each_contact_stands_where_its_first_step_is(alice, bob, four):
    assert [names(bob, "mine", state) for state in ("overdue", "today", "upcoming", "nothing")] == [
        ["Late"],
        ["Due"],
        ["Ahead"],
        ["Idle"],
    ]
    assert names(alice, "mine", "overdue") == ["Hers"]


def test_a_lead_sees_those_of_the_team_and_a_member_only_those_of_the_team_itself(alice, bob, charlie, four):
    team = Team.objects.create(name="Sales West")
    for user, role in ((charlie, "lead"), (bob, "member")):
        TeamMembership.objects.create(team=team, user=user, role=role, valid_from=TODAY)
    shared = PersonFactory(first_name="Shared", last_name="Koval")
    assign(actor=alice, entity=shared, team=team, on=TODAY, now=NOW)

    assert names(charlie, "team", "overdue") == ["Late"]
    assert names(charlie, "team", "nothing") == ["Idle", "Shared"]
    assert names(bob, "team", "nothing") == ["Shared"]
    assert names(bob, "team", "overdue") == []


@pytest.mark.parametrize(
    ("act", "wish"),
    [
        ("complete", {}),
        ("snooze", {"until": TODAY + 5 * DAY}),
        ("due", {"due_on": TODAY + 5 * DAY}),
    ],
)
def test_the_first_steps_of_the_chosen_change_and_go_back(bob, four, act, wish):
    ids = [four["Late"].pk, four["Idle"].pk]
    before = [names(bob, "mine", state) for state in ("overdue", "upcoming", "nothing")]

    changed = change_next_steps(actor=bob, act=act, entity_ids=ids, wish=wish, now=NOW)

    assert (len(changed.ids), changed.skipped) == (1, 1)
    assert names(bob, "mine", "overdue") == []
    assert names(bob, "mine", "upcoming") == ["Ahead", "Late"]
    undo(actor=bob, operation=operation(changed), now=NOW)
    assert [names(bob, "mine", state) for state in ("overdue", "upcoming", "nothing")] == before


def test_steps_are_given_to_a_colleague_and_those_of_others_stay(alice, bob, charlie, four):
    late = Task.objects.get(activity__subject="Call", due_on=TODAY - 2 * DAY)
    wish = {"assignees": [alice]}

    assert change_next_steps(actor=charlie, act="assign", entity_ids=[four["Late"].pk], wish=wish, now=NOW).ids == ()
    change_next_steps(actor=bob, act="assign", entity_ids=[four["Late"].pk], wish=wish, now=NOW)

    assert [each.user for each in late.assignees.all()] == [alice]


def test_a_task_is_planned_with_each_of_those_without_one_and_taken_back(bob, four):
    wish = {"subject": "Ask how it goes", "due_on": TODAY}
    changed = plan_next_steps(actor=bob, entity_ids=[four["Idle"].pk], wish=wish, now=NOW)
    assert names(bob, "mine", "today") == ["Due", "Idle"]

    undo(actor=bob, operation=operation(changed), now=NOW)
    assert names(bob, "mine", "nothing") == ["Idle"]


def test_too_many_at_once_are_refused(bob):
    with pytest.raises(ValidationError):
        plan_next_steps(actor=bob, entity_ids=range(500), wish={"subject": "Call", "due_on": TODAY}, now=NOW)


def test_the_page_does_it_with_what_is_ticked_and_offers_undo(client, bob, four):
    client.force_login(bob)
    address = reverse("crm:follow_up", args=["mine", "overdue"])
    shown = client.get(address).content.decode()
    assert "Late Koval" in shown
    assert "Due Koval" not in shown
    bulk = reverse("crm:follow_up_bulk", args=["mine", "overdue", "snooze"])
    assert bulk in shown
    assert "One contact is chosen" in client.post(bulk, {"ids": [four["Late"].pk]}).content.decode()
    assert client.post(bulk, {"ids": [four["Late"].pk], "confirmed": "1", "until": "2020-01-01"}).status_code == 422

    client.post(bulk, {"ids": [four["Late"].pk], "confirmed": "1", "until": "2026-11-09"})
    after = client.get(address).content.decode()
    assert "Late Koval" not in after
    assert "/undo/" in after
    done = reverse("crm:follow_up_bulk", args=["mine", "today", "complete"])
    client.post(done, {"all": "1", "match": ""})
    assert names(bob, "mine", "today") == []
    assert "Ask" not in client.get(reverse("crm:follow_up", args=["mine", "nothing"])).content.decode()


def test_nobody_but_managers_asks_for_everybody_and_wrong_addresses_are_none(client, alice, bob):
    client.force_login(bob)
    for whose, state in (("all", "overdue"), ("mine", "wrong"), ("wrong", "today")):
        assert client.get(reverse("crm:follow_up", args=[whose, state])).status_code == 404
    assert client.post(reverse("crm:follow_up_bulk", args=["mine", "overdue", "plan"])).status_code == 404
    client.force_login(alice)
    assert client.get(reverse("crm:follow_up", args=["all", "overdue"])).status_code == 200


def test_a_page_asks_the_same_for_many_as_for_few(client, alice, bob):
    client.force_login(bob)
    address = reverse("crm:follow_up", args=["mine", "overdue"])

    def asked() -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    counts = []
    for _round in range(2):
        for _number in range(3):
            entity = PersonFactory(last_name="Koval")
            assign(actor=alice, entity=entity, user=bob, on=TODAY, now=NOW)
            task(bob, entity, due_on=TODAY - DAY)
        counts.append(asked())
    assert counts[0] == counts[1] <= 12
