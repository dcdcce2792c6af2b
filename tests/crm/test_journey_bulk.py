"""Personas and stages of many contacts at once: who is meant, what it leaves, and that undo is exact."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.activities.models import Activity
from apps.contacts.models import Entity
from apps.core.models import Operation
from apps.core.services.operations import run, undo
from apps.crm.models import EntityPersona, JourneyStep, Persona, PipelineStage
from apps.crm.services import journey_bulk
from apps.crm.services.assignments import assign
from apps.crm.services.journey_bulk import JourneyAction, begin_journeys
from apps.crm.services.personas import give_persona
from tests.contacts.factories import PersonFactory
from tests.crm.factories import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=3)


def persona(key):
    return Persona.objects.get(key=key)


def stage(name):
    return PipelineStage.objects.get(pipeline__persona__key="lead", name=name)


@pytest.fixture
def people():
    return [PersonFactory(first_name=f"P{n}", last_name="Koval") for n in range(5)]


def everything():
    personas = EntityPersona.objects.order_by("pk").values_list("pk", "entity", "persona", "valid_to")
    steps = JourneyStep.objects.order_by("pk").values_list("pk", "entity", "stage", "entered_at", "left_at", "reason")
    return [list(personas), list(steps)]


def chosen():
    return Entity.objects.filter(last_name="Koval")


def test_a_persona_is_given_to_all_that_are_none_yet_and_taken_back(bob, people):
    give_persona(actor=bob, entity=people[0], persona=persona("lead"), now=NOW)
    before = everything()
    operation = begin_journeys(actor=bob, action=JourneyAction("give", persona("lead").pk), chosen=chosen(), now=LATER)
    assert operation.result == {"changed": 4, "skipped": 1, "forbidden": 0}
    assert JourneyStep.objects.current().filter(stage=stage("New")).count() == 5
    assert Activity.objects.filter(verb="journey.begun").count() == 5
    assert undo(actor=bob, operation=operation, now=LATER).conflicts == []
    assert everything() == before


def test_all_move_with_one_entry_each_and_go_back_exactly(bob, people):
    for one in people:
        give_persona(actor=bob, entity=one, persona=persona("lead"), now=NOW)
    before = everything()
    action = JourneyAction("move", stage("Contacted").pk, "Fair in Lviv")
    operation = begin_journeys(actor=bob, action=action, chosen=chosen(), now=LATER)
    assert operation.result["changed"] == 5
    told = Activity.objects.filter(verb="journey.moved")
    assert [(each.snippet, each.facts["from"], each.facts["to"]) for each in told] == [
        ("Fair in Lviv", "New", "Contacted")
    ] * 5
    again = begin_journeys(actor=bob, action=action, chosen=chosen(), now=LATER)
    assert again.result["changed"] == 0
    assert undo(actor=bob, operation=operation, now=LATER).conflicts == []
    assert everything() == before


def test_taking_a_persona_away_ends_its_journeys(bob, people):
    for one in people:
        give_persona(actor=bob, entity=one, persona=persona("lead"), now=NOW)
    before = everything()
    operation = begin_journeys(actor=bob, action=JourneyAction("take", persona("lead").pk), chosen=chosen(), now=LATER)
    assert not JourneyStep.objects.current().exists()
    undo(actor=bob, operation=operation, now=LATER)
    assert everything() == before


def test_contacts_that_one_does_not_manage_are_left_and_counted(alice, bob, people):
    for one in people[:2]:
        assign(actor=alice, entity=one, user=alice, on=NOW.date(), now=NOW)
    operation = begin_journeys(actor=bob, action=JourneyAction("give", persona("lead").pk), chosen=chosen(), now=LATER)
    assert operation.result == {"changed": 3, "skipped": 2, "forbidden": 2}
    assert "2 contacts are managed by others" in operation.message
    assert not EntityPersona.objects.filter(entity__in=people[:2]).exists()


def test_many_are_done_in_the_background_and_found_done_by_a_second_attempt(bob, people, monkeypatch):
    monkeypatch.setattr(journey_bulk, "INLINE_LIMIT", 3)
    monkeypatch.setattr(journey_bulk, "_PORTION", 2)
    operation = begin_journeys(actor=bob, action=JourneyAction("give", persona("lead").pk), chosen=chosen(), now=LATER)
    assert operation.state == Operation.State.PENDING
    run(operation_id=operation.pk, now=LATER)
    operation.refresh_from_db()
    assert (operation.state, operation.result["changed"]) == (Operation.State.DONE, 5)
    Operation.objects.filter(pk=operation.pk).update(state=Operation.State.PENDING, result={})
    run(operation_id=operation.pk, now=LATER)
    assert EntityPersona.objects.count() == 5
    assert JourneyStep.objects.count() == 5
    undo(actor=bob, operation=operation, now=LATER)
    assert everything() == [[], []]


def test_a_hundred_cost_hardly_more_questions_than_five(bob, people):
    def questions():
        with CaptureQueriesContext(connection) as asked:
            begin_journeys(actor=bob, action=JourneyAction("give", persona("lead").pk), chosen=chosen(), now=LATER)
        return len(asked)

    few = questions()
    for number in range(100):
        PersonFactory(first_name=f"Q{number}", last_name="Koval")
    assert questions() <= few + 6


def test_a_stage_that_is_gone_takes_nobody(bob, people):
    PipelineStage.objects.filter(pk=stage("Contacted").pk).update(retired_at=NOW)
    with pytest.raises(ValidationError):
        begin_journeys(actor=bob, action=JourneyAction("move", stage("Contacted").pk), chosen=chosen(), now=LATER)


def test_the_list_asks_and_does_it_for_all_matches(client, bob, people):
    client.force_login(bob)
    page = client.get(reverse("contacts:list_tab", args=["all"])).content.decode()
    assert reverse("crm:journey_bulk", args=["persona"]) in page
    address = reverse("crm:journey_bulk", args=["persona"])
    assert "5 contacts are chosen" in client.post(address, {"all": "1", "match": ""}).content.decode()
    done = client.post(
        address, {"all": "1", "match": "", "confirmed": "1", "way": "give", "persona": persona("lead").pk}
    )
    assert done.status_code == 302
    assert EntityPersona.objects.count() == 5


def test_the_list_shows_and_finds_personas_stages_and_who_is_in_charge(client, alice, bob, people):
    olha, other = people[0], people[1]
    give_persona(actor=bob, entity=olha, persona=persona("lead"), now=NOW)
    assign(actor=alice, entity=olha, user=bob, on=NOW.date(), now=NOW)
    client.force_login(bob)

    def found(query):
        content = client.get(reverse("contacts:list_tab", args=["all"]) + query).content.decode()
        return [one.display_name for one in people if one.display_name in content]

    assert found(f"?f.persona={persona('lead').pk}") == [olha.display_name]
    assert found(f"?f.stage={stage('New').pk}") == [olha.display_name]
    assert found(f"?f.stage={stage('Contacted').pk}") == []
    assert found(f"?f.charge={bob.pk}") == [olha.display_name]
    assert other.display_name in found("?f.charge=nobody")
