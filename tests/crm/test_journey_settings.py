"""Personas, pipelines and stages, as administrators make them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from apps.activities.models import Activity
from apps.core.models import Operation
from apps.core.services.operations import undo
from apps.crm.models import JourneyStep, Persona, Pipeline, PipelineStage
from apps.crm.services import persona_setup, pipeline_setup
from apps.crm.services.journeys import move_contact
from apps.crm.services.personas import give_persona
from apps.crm.services.pipeline_setup import StageInput
from tests.contacts.factories import PersonFactory
from tests.crm.factories import NOW

pytestmark = pytest.mark.django_db


def persona(key):
    return Persona.objects.get(key=key)


def stage(key, name):
    return PipelineStage.objects.get(pipeline__persona__key=key, name=name)


@pytest.fixture
def browser(client, ada):
    client.force_login(ada)
    return client


def order_of(pipeline):
    return list(pipeline.stages.offered().order_by("position", "pk").values_list("name", flat=True))


def test_an_administrator_adds_renames_orders_and_retires_a_persona(browser):
    added = {"name": "Architect", "colour": "blue", "icon": "building", "becomes": persona("partner").pk}
    assert browser.post(reverse("crm:persona_add"), added).status_code == 302
    made = persona("architect")
    assert (made.name, made.colour, made.becomes.key) == ("Architect", "blue", "partner")

    twice = browser.post(reverse("crm:persona_add"), added)
    assert twice.status_code == 422
    assert "There is a persona of this name already" in twice.content.decode()

    page = reverse("crm:persona_edit", args=[made.pk])
    browser.post(page, {"name": "Planner", "colour": "", "icon": "star", "becomes": ""})
    made.refresh_from_db()
    assert (made.name, made.icon, made.becomes) == ("Planner", "star", None)

    browser.post(reverse("crm:persona_order"), {"rows": [made.pk, persona("lead").pk]})
    names = list(Persona.objects.offered().order_by("position").values_list("name", flat=True))
    assert names[:3] == ["Planner", "Lead", "Customer"]

    browser.post(reverse("crm:persona_retire", args=[made.pk]))
    listed = browser.get(reverse("crm:personas")).content.decode()
    assert "Bring back" in listed
    made.refresh_from_db()
    assert made.retired_at is not None
    browser.post(reverse("crm:persona_retire", args=[made.pk]), {"again": "1"})
    assert Persona.objects.offered().filter(pk=made.pk).exists()


def test_a_persona_that_came_with_the_house_keeps_its_word_in_all_languages(ada):
    lead = persona("lead")
    persona_setup.change_persona(
        actor=ada, persona=lead, name=lead.title, colour="red", icon="star", becomes=None, now=NOW
    )
    lead.refresh_from_db()
    assert (lead.name, lead.colour) == ("Lead", "red")


def test_a_pipeline_gets_its_stages_and_their_order(browser):
    added = {"name": "Partners", "purpose": "journey", "persona": persona("partner").pk}
    assert browser.post(reverse("crm:pipeline_add"), added).status_code == 302
    pipeline = Pipeline.objects.get(name="Partners")
    for name, probability in (("Talking", 10), ("Signed", 100)):
        given = {"name": name, "outcome": "open", "probability": probability, "stuck_after": 5}
        assert browser.post(reverse("crm:stage_add", args=[pipeline.pk]), given).status_code == 302
    assert order_of(pipeline) == ["Talking", "Signed"]
    talking, signed = pipeline.stages.order_by("position")
    browser.post(reverse("crm:stage_order", args=[pipeline.pk]), {"rows": [signed.pk, talking.pk]})
    assert order_of(pipeline) == ["Signed", "Talking"]

    page = reverse("crm:stage_edit", args=[pipeline.pk, signed.pk])
    browser.post(page, {"name": "Signed", "outcome": "won", "probability": 100, "colour": "green"})
    signed.refresh_from_db()
    assert (signed.outcome, signed.colour, signed.stuck_after) == ("won", "green", None)
    assert "Signed" in browser.get(reverse("crm:pipelines")).content.decode()
    assert browser.get(reverse("crm:pipeline", args=[pipeline.pk])).status_code == 200


def test_a_journey_needs_a_persona_that_has_none_yet(ada):
    make = pipeline_setup.make_pipeline
    for purpose, whose in (("journey", None), ("journey", persona("lead")), ("opportunity", persona("partner"))):
        with pytest.raises(ValidationError):
            make(actor=ada, name="Another", purpose=purpose, persona=whose, now=NOW)


def test_a_retired_stage_says_where_its_cards_go(browser, ada):
    people = [PersonFactory(first_name=f"P{n}", last_name="Koval") for n in range(3)]
    for one in people:
        give_persona(actor=ada, entity=one, persona=persona("lead"), now=NOW)
    new, contacted = stage("lead", "New"), stage("lead", "Contacted")
    page = reverse("crm:stage_retire", args=[new.pipeline_id, new.pk])
    asked = browser.get(page).content.decode()
    assert "3 contacts stand there" in asked
    assert browser.post(page).status_code == 422
    assert browser.post(page, {"into": contacted.pk}).status_code == 302

    new.refresh_from_db()
    assert new.retired_at is not None
    assert JourneyStep.objects.current().filter(stage=contacted).count() == 3
    assert Activity.objects.filter(kind="journey", verb="journey.moved").count() == 3

    # One click puts them all back, the stage too.
    operation = Operation.objects.get(verb="stage.retired")
    assert undo(actor=ada, operation=operation, now=NOW).conflicts == []
    new.refresh_from_db()
    assert new.retired_at is None
    assert JourneyStep.objects.current().filter(stage=new).count() == 3


def test_nobody_is_moved_into_a_stage_of_another_pipeline(ada):
    one = PersonFactory(first_name="Olha", last_name="Koval")
    give_persona(actor=ada, entity=one, persona=persona("lead"), now=NOW)
    with pytest.raises(ValidationError, match="Say where"):
        pipeline_setup.retire_stage(actor=ada, stage=stage("lead", "New"), into=stage("customer", "Regular"), now=NOW)


def test_only_administrators_change_personas_and_pipelines(bob):
    pipeline = Pipeline.objects.get(persona__key="lead")
    for attempt in (
        lambda: persona_setup.make_persona(actor=bob, name="X", now=NOW),
        lambda: persona_setup.retire_persona(actor=bob, persona=persona("lead"), now=NOW),
        lambda: persona_setup.order_personas(actor=bob, personas=[persona("lead")], now=NOW),
        lambda: pipeline_setup.make_pipeline(actor=bob, name="X", purpose="opportunity", now=NOW),
        lambda: pipeline_setup.change_pipeline(actor=bob, pipeline=pipeline, name="X", now=NOW),
        lambda: pipeline_setup.retire_pipeline(actor=bob, pipeline=pipeline, now=NOW),
        lambda: pipeline_setup.make_stage(actor=bob, pipeline=pipeline, data=StageInput("X"), now=NOW),
        lambda: pipeline_setup.change_stage(actor=bob, stage=stage("lead", "New"), data=StageInput("X"), now=NOW),
        lambda: pipeline_setup.retire_stage(actor=bob, stage=stage("lead", "New"), now=NOW),
    ):
        with pytest.raises(PermissionDenied):
            attempt()


def test_who_was_a_persona_before_it_had_a_journey_may_begin_it(ada):
    one = PersonFactory(first_name="Olha", last_name="Koval")
    give_persona(actor=ada, entity=one, persona=persona("partner"), now=NOW)
    pipeline = pipeline_setup.make_pipeline(
        actor=ada, name="Partners", purpose="journey", persona=persona("partner"), now=NOW
    )
    first = pipeline_setup.make_stage(actor=ada, pipeline=pipeline, data=StageInput("Talking"), now=NOW)
    move_contact(actor=ada, entity=one, stage=first, seen_stage=0, now=NOW + timedelta(hours=1))
    assert JourneyStep.objects.current().get(entity=one).stage == first
