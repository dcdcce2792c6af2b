"""What contacts are to the house, and where they stand on their journeys."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from apps.accounts.models import Team, TeamMembership
from apps.activities.models import Activity
from apps.contacts.models import Entity
from apps.core.models import Operation
from apps.core.services.operations import undo
from apps.crm.models import Assignment, EntityPersona, JourneyStep, Persona, PipelineStage
from apps.crm.permissions.contacts import manages_contact
from apps.crm.services.assignments import assign
from apps.crm.services.journeys import move_contact
from apps.crm.services.personas import convert, give_persona, take_persona
from tests.conftest import make_user
from tests.contacts.factories import PersonFactory
from tests.crm.factories import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture
def sam():
    return make_user("sam@example.com", "Sam Sales", "sales")


@pytest.fixture
def mary():
    return make_user("mary@example.com", "Mary Manager", "manager")


@pytest.fixture
def lead(sam):
    entity = PersonFactory(first_name="Olha", last_name="Koval")
    give_persona(actor=sam, entity=entity, persona=persona("lead"), now=NOW)
    return entity


def persona(key):
    return Persona.objects.get(key=key)


def stage(key, name):
    return PipelineStage.objects.get(pipeline__persona__key=key, name=name)


def take_back(actor, operation, *, now=NOW):
    undo(actor=actor, operation=Operation.objects.get(pk=operation), now=now)


def stands(entity):
    current = JourneyStep.objects.current().filter(entity=entity).select_related("stage")
    return [step.stage.name for step in current.order_by("pipeline")]


def test_a_lead_begins_its_journey_at_the_first_stage(sam, lead):
    assert stands(lead) == ["New"]
    entry = Activity.objects.get(kind="journey")
    assert (entry.verb, entry.facts["to"], entry.actor) == ("journey.begun", "New", sam)
    assert give_persona(actor=sam, entity=lead, persona=persona("lead"), now=NOW) is None
    assert EntityPersona.objects.filter(entity=lead).count() == 1


def test_a_move_says_who_when_and_why_and_is_undone(sam, lead):
    later = NOW + timedelta(days=2)
    operation = move_contact(
        actor=sam, entity=lead, stage=stage("lead", "Contacted"), reason="Answered the phone", now=later
    )
    first, second = JourneyStep.objects.filter(entity=lead).order_by("entered_at")
    assert (first.stage.name, first.left_at) == ("New", later)
    assert (second.stage.name, second.moved_by, second.reason, second.left_at) == (
        "Contacted",
        sam,
        "Answered the phone",
        None,
    )
    assert move_contact(actor=sam, entity=lead, stage=stage("lead", "Contacted"), now=later) is None
    take_back(sam, operation, now=later)
    assert stands(lead) == ["New"]
    assert JourneyStep.objects.filter(entity=lead).count() == 1


def test_of_two_who_move_at_once_the_second_hears_of_the_first(sam, mary, lead):
    new = stage("lead", "New").pk
    move_contact(actor=mary, entity=lead, stage=stage("lead", "Qualified"), seen_stage=new, now=NOW)
    with pytest.raises(ValidationError, match="moved to “Qualified” meanwhile"):
        move_contact(actor=sam, entity=lead, stage=stage("lead", "Contacted"), seen_stage=new, now=NOW)
    assert stands(lead) == ["Qualified"]


def test_one_click_makes_a_lead_a_customer_and_keeps_the_record(sam, lead):
    count = Entity.objects.count()
    operation = convert(actor=sam, entity=lead, persona=persona("lead"), now=NOW)
    assert stands(lead) == ["First order"]
    held = EntityPersona.objects.valid_on(TODAY + timedelta(days=1)).filter(entity=lead)
    assert [row.persona.key for row in held] == ["customer"]
    assert Entity.objects.count() == count
    assert Activity.objects.filter(kind="journey").count() == 2
    assert convert(actor=sam, entity=lead, persona=persona("lead"), now=NOW) is None
    take_back(sam, operation)
    assert stands(lead) == ["New"]


def test_who_is_no_longer_a_persona_leaves_its_journey(sam, lead):
    take_persona(actor=sam, entity=lead, persona=persona("lead"), now=NOW)
    assert stands(lead) == []
    with pytest.raises(ValidationError, match="not on this journey"):
        move_contact(actor=sam, entity=lead, stage=stage("lead", "Contacted"), now=NOW)


def test_only_who_manages_a_contact_moves_it(sam, mary, lead):
    anna = make_user("anna@example.com", "Anna Sales", "sales")
    assign(actor=mary, entity=lead, user=anna, on=TODAY, now=NOW)
    for attempt in (
        lambda: move_contact(actor=sam, entity=lead, stage=stage("lead", "Contacted"), now=NOW),
        lambda: convert(actor=sam, entity=lead, persona=persona("lead"), now=NOW),
        lambda: give_persona(actor=sam, entity=lead, persona=persona("partner"), now=NOW),
        lambda: take_persona(actor=sam, entity=lead, persona=persona("lead"), now=NOW),
    ):
        with pytest.raises(PermissionDenied):
            attempt()
    move_contact(actor=anna, entity=lead, stage=stage("lead", "Contacted"), now=NOW)
    assert stands(lead) == ["Contacted"]


def test_a_lead_of_the_team_manages_what_its_members_are_in_charge_of(sam, mary, lead):
    anna, lena = make_user("anna@example.com", "Anna", "sales"), make_user("lena@example.com", "Lena", "sales")
    team = Team.objects.create(name="East", kind=Team.Kind.SALES)
    began = date(2026, 1, 1)
    TeamMembership.objects.create(team=team, user=anna, valid_from=began)
    membership = TeamMembership.objects.create(team=team, user=lena, valid_from=began)
    assign(actor=mary, entity=lead, user=anna, on=TODAY, now=NOW)
    assert not manages_contact(lena, lead, on=TODAY)
    TeamMembership.objects.filter(pk=membership.pk).update(role=TeamMembership.Role.LEAD)
    assert manages_contact(lena, lead, on=TODAY)
    assert not manages_contact(sam, lead, on=TODAY)


def test_the_members_of_a_team_in_charge_manage_its_contacts(sam, lead):
    team = Team.objects.create(name="East", kind=Team.Kind.SALES)
    Assignment.objects.create(entity=lead, team=team, valid_from=date(2026, 1, 1), created_at=NOW)
    assert not manages_contact(sam, lead, on=TODAY)
    TeamMembership.objects.create(team=team, user=sam, valid_from=date(2026, 1, 1), valid_to=TODAY + timedelta(days=1))
    assert manages_contact(sam, lead, on=TODAY)
    assert not manages_contact(sam, lead, on=TODAY + timedelta(days=1))
