"""Personas and journeys on a contact's page: one click makes a lead a customer, and who may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.contacts.models import Entity
from apps.core import clock
from apps.core.models import Operation
from apps.core.services.operations import undo
from apps.crm.models import EntityPersona, JourneyStep, Persona, PipelineStage
from apps.crm.selectors.journey_panel import journey_panel
from apps.crm.services.assignments import assign
from apps.crm.services.journeys import move_contact
from apps.crm.services.personas import give_persona, set_personas
from tests.contacts.factories import PersonFactory
from tests.crm.factories import NOW

pytestmark = pytest.mark.django_db


def persona(key):
    return Persona.objects.get(key=key)


def stage(key, name):
    return PipelineStage.objects.get(pipeline__persona__key=key, name=name)


@pytest.fixture
def olha(bob):
    entity = PersonFactory(first_name="Olha", last_name="Koval")
    give_persona(actor=bob, entity=entity, persona=persona("lead"), now=NOW)
    return entity


def page_of(client, entity):
    """Its panel, which the page asks for."""
    part = reverse("crm:contact_journeys", args=[entity.pk])
    assert part in client.get(reverse("contacts:entity", args=[entity.pk])).content.decode()
    return client.get(part, headers={"HX-Request": "true"}).content.decode()


def is_now(entity):
    held = EntityPersona.objects.filter(entity=entity, valid_to__isnull=True)
    return sorted(held.values_list("persona__key", flat=True))


def test_one_click_on_the_page_makes_a_lead_a_customer(client, bob, olha):
    client.force_login(bob)
    count = Entity.objects.count()
    assert "Make Customer" in page_of(client, olha)
    done = client.post(reverse("crm:persona_convert", args=[olha.pk, persona("lead").pk]), follow=True)
    assert "Koval is “Customer” now." in done.content.decode().replace("&quot;", '"')
    assert is_now(olha) == ["customer"]
    assert Entity.objects.count() == count
    operation = Operation.objects.get(verb="persona.converted")
    assert reverse("core:operation_undo", args=[operation.pk]) in done.content.decode()
    undo(actor=bob, operation=operation, now=clock.now())
    assert is_now(olha) == ["lead"]


def test_personas_are_chosen_in_a_sheet(client, bob, olha):
    client.force_login(bob)
    page = reverse("crm:persona_choose", args=[olha.pk])
    assert "checked" in client.get(page).content.decode()
    client.post(page, {"personas": [persona("partner").pk, persona("customer").pk]})
    assert is_now(olha) == ["customer", "partner"]
    client.post(page, {})
    assert is_now(olha) == []
    assert not JourneyStep.objects.current().filter(entity=olha).exists()


def test_nothing_chosen_anew_changes_nothing(bob, olha):
    assert set_personas(actor=bob, entity=olha, personas=[persona("lead")], now=NOW) is None
    assert not Operation.objects.filter(verb="persona.set").exists()


def test_the_page_says_where_it_stands_and_for_how_long(client, bob, olha):
    move_contact(
        actor=bob, entity=olha, stage=stage("lead", "Contacted"), reason="She called", now=NOW + timedelta(days=4)
    )
    panel = journey_panel(bob, olha, now=NOW + timedelta(days=20))
    (line,) = panel.journeys
    assert [(stay.stage.name, stay.days, stay.reason) for stay in line.stays] == [
        ("Contacted", 16, "She called"),
        ("New", 4, ""),
    ]
    assert line.is_stuck  # longer than 14 days
    client.force_login(bob)
    page = page_of(client, olha)
    assert "She called" in page
    assert 'aria-current="step"' in page


def test_a_click_on_a_stage_moves_and_a_late_click_is_told_so(client, bob, alice, olha):
    client.force_login(bob)
    move = reverse("crm:journey_move", args=[stage("lead", "New").pipeline_id, olha.pk])
    seen = stage("lead", "New").pk
    move_contact(actor=alice, entity=olha, stage=stage("lead", "Qualified"), now=clock.now())
    told = client.post(move, {"place": stage("lead", "Contacted").pk, "seen": seen}, follow=True).content.decode()
    assert "Olha Koval was moved to “Qualified” meanwhile." in told
    assert JourneyStep.objects.current().get(entity=olha).stage.name == "Qualified"


def test_without_the_right_all_is_shown_and_nothing_changed(client, bob, alice, olha):
    assign(actor=alice, entity=olha, user=alice, on=clock.now().date(), now=clock.now())
    client.force_login(bob)
    page = page_of(client, olha)
    assert "Lead" in page
    assert "Make Customer" not in page
    assert "Move with a reason" not in page
    lead = persona("lead").pk
    for address in (
        reverse("crm:persona_choose", args=[olha.pk]),
        reverse("crm:persona_convert", args=[olha.pk, lead]),
        reverse("crm:journey_move", args=[stage("lead", "New").pipeline_id, olha.pk]),
    ):
        assert client.post(address, {"personas": [], "place": stage("lead", "Contacted").pk}).status_code == 403
    assert is_now(olha) == ["lead"]
