"""A prospect becomes a customer with all its history, and no way to do it makes a second record."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.services.tokens import create_token
from apps.activities.models import Activity
from apps.activities.services.notes import add_note
from apps.contacts.models import Entity
from apps.core import clock
from apps.crm.models import EntityPersona, JourneyStep, Persona
from apps.crm.services.assignments import assign
from apps.crm.services.journey_bulk import JourneyAction, begin_journeys
from apps.crm.services.journeys import move_contact
from apps.crm.services.personas import give_persona
from tests.contacts.factories import PersonFactory
from tests.crm.factories import NOW
from tests.crm.test_journey_bulk import persona, stage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def olha(bob):
    """A lead with a note, on the second stage of its journey, in Bob's charge."""
    entity = PersonFactory(first_name="Olha", last_name="Koval")
    assign(actor=bob, entity=entity, user=bob, on=NOW.date(), now=NOW)
    give_persona(actor=bob, entity=entity, persona=persona("lead"), now=NOW)
    move_contact(actor=bob, entity=entity, stage=stage("Contacted"), now=NOW)
    add_note(actor=bob, entity=entity, text="Wants oak", now=NOW)
    return entity


def by_one_click(user, entity):
    client = Client()
    client.force_login(user)
    client.post(reverse("crm:persona_convert", args=[entity.pk, persona("lead").pk]))


def by_the_sheet(user, entity):
    client = Client()
    client.force_login(user)
    client.post(reverse("crm:persona_choose", args=[entity.pk]), {"personas": [persona("customer").pk]})


def by_a_program(user, entity):
    scopes = ("contacts:read", "contacts:write")
    _row, token = create_token(actor=user, user=user, name="test", scopes=scopes, expires_at=None, now=NOW)
    client = Client(headers={"Authorization": f"Bearer {token}"})
    address = f"/api/v1/journeys/contacts/{entity.pk}/personas"
    client.post(address, json.dumps({"personas": ["customer"]}), "application/json")


def by_many_at_once(user, entity):
    chosen = Entity.objects.filter(pk=entity.pk)
    begin_journeys(actor=user, action=JourneyAction("give", persona("customer").pk), chosen=chosen, now=NOW)
    begin_journeys(actor=user, action=JourneyAction("take", persona("lead").pk), chosen=chosen, now=NOW)


WAYS = [by_one_click, by_the_sheet, by_a_program, by_many_at_once]


@pytest.mark.parametrize("way", WAYS)
def test_a_lead_becomes_a_customer_and_stays_the_same_record(bob, olha, way):
    records, entries = Entity.objects.count(), set(Activity.objects.values_list("pk", flat=True))
    steps = set(JourneyStep.objects.values_list("pk", flat=True))

    way(bob, olha)

    assert [row.persona for row in held(olha)] == [Persona.objects.get(key="customer")]
    assert Entity.objects.count() == records
    there = Activity.objects.filter(participants__entity=olha).values_list("pk", flat=True)
    assert entries <= set(there)
    assert steps <= set(JourneyStep.objects.filter(entity=olha).values_list("pk", flat=True))
    assert EntityPersona.objects.filter(entity=olha, persona__key="lead").get().valid_to is not None


@pytest.mark.parametrize("way", WAYS)
def test_who_does_not_manage_it_makes_nothing_of_it(charlie, olha, way):
    records = Entity.objects.count()

    way(charlie, olha)

    assert [row.persona.key for row in held(olha)] == ["lead"]
    assert JourneyStep.objects.current().get(entity=olha).stage == stage("Contacted")
    assert Entity.objects.count() == records


def held(entity):
    return EntityPersona.objects.filter(entity=entity, valid_to__isnull=True).select_related("persona")
