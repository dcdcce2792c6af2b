"""Programs read and write what contacts are, and where they stand."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client

from apps.accounts.services.tokens import create_token
from apps.core import clock
from apps.crm.models import JourneyStep
from apps.crm.services.assignments import assign
from apps.crm.services.journeys import move_contact
from apps.crm.services.personas import give_persona
from tests.contacts.factories import PersonFactory
from tests.crm.factories import NOW
from tests.crm.test_journey_bulk import persona, stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def olha(bob):
    entity = PersonFactory(first_name="Olha", last_name="Koval")
    give_persona(actor=bob, entity=entity, persona=persona("lead"), now=NOW)
    return entity


def api(user, method, path, body=None, *, scopes=("contacts:read", "contacts:write")):
    _row, token = create_token(actor=user, user=user, name="test", scopes=scopes, expires_at=None, now=clock.now())
    client = Client(headers={"Authorization": f"Bearer {token}"})
    data = b"" if body is None else json.dumps(body)
    return client.generic(method, f"/api/v1/journeys{path}", data, "application/json")


def test_a_program_lists_journeys_and_moves_a_contact(bob, olha):
    journeys = api(bob, "GET", "").json()
    assert [each["persona"] for each in journeys] == ["lead", "customer"]
    assert [each["name"] for each in journeys[0]["stages"]][:2] == ["New", "Contacted"]

    wish = {"stage_id": stage("Contacted").pk, "reason": "By mail", "seen_stage_id": stage("New").pk}
    moved = api(bob, "POST", f"/contacts/{olha.pk}/stage", wish)
    assert moved.status_code == 200, moved.content
    assert [step["stage_id"] for step in moved.json()["journeys"]] == [stage("Contacted").pk]
    assert JourneyStep.objects.current().get(entity=olha).reason == "By mail"

    # Who saw it elsewhere is refused with the reason.
    late = api(bob, "POST", f"/contacts/{olha.pk}/stage", wish | {"stage_id": stage("Qualified").pk})
    assert late.status_code in (400, 409, 422)
    assert "meanwhile" in late.content.decode()


def test_a_program_says_what_a_contact_is(bob, olha):
    answer = api(bob, "POST", f"/contacts/{olha.pk}/personas", {"personas": ["customer", "partner"]})
    assert answer.json()["personas"] == ["customer", "partner"]
    assert api(bob, "GET", f"/contacts/{olha.pk}").json() == answer.json()
    wrong = api(bob, "POST", f"/contacts/{olha.pk}/personas", {"personas": ["unheard-of"]})
    assert wrong.status_code in (400, 422)


def test_steps_come_page_by_page(bob, olha):
    move_contact(actor=bob, entity=olha, stage=stage("Contacted"), now=NOW + timedelta(days=1))
    first = api(bob, "GET", f"/steps?contact_id={olha.pk}&limit=1").json()
    second = api(bob, "GET", f"/steps?contact_id={olha.pk}&limit=1&after={first['next']}").json()
    assert [each["stage_id"] for each in [*first["items"], *second["items"]]] == [
        stage("New").pk,
        stage("Contacted").pk,
    ]
    assert len(api(bob, "GET", "/steps?current=true").json()["items"]) == 1


def test_without_the_right_or_the_scope_nothing_is_written(alice, bob, olha):
    assign(actor=alice, entity=olha, user=alice, on=clock.now().date(), now=clock.now())
    wish = {"stage_id": stage("Contacted").pk}
    assert api(bob, "POST", f"/contacts/{olha.pk}/stage", wish).status_code == 403
    assert api(bob, "POST", f"/contacts/{olha.pk}/personas", {"personas": []}).status_code == 403
    assert api(alice, "POST", f"/contacts/{olha.pk}/stage", wish, scopes=("contacts:read",)).status_code == 403
    assert JourneyStep.objects.current().get(entity=olha).stage.name == "New"
