"""People on leave or gone get nothing new, whatever the way: by hand, many at once, rules, boards, programs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from apps.accounts.models import Team, TeamMembership
from apps.core import clock
from apps.core.kept import forget_now
from apps.crm.models import Absence, Assignment, AssignmentRule, Opportunity, Persona, PipelineStage
from apps.crm.services.assigning import assign_new
from apps.crm.services.assignments import assign, stand_in
from apps.crm.services.hand_overs import Terms, begin_hand_over
from apps.crm.services.journeys import move_contact
from apps.crm.services.opportunities import OpportunityInput, change_opportunity, make_opportunity
from apps.crm.services.personas import give_persona
from apps.crm.services.rule_runs import run_rules
from tests.conftest import make_user
from tests.contacts.factories import PersonFactory
from tests.crm.factories import NOW
from tests.crm.test_hand_over_api import api
from tests.crm.test_rules import rule

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
BACK = TODAY + timedelta(days=3)


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture(params=["away", "gone"])
def anna(request):
    """Anna Sales, who is on leave for three days, or works here no more."""
    anna = make_user("anna@example.com", "Anna Sales", "sales")
    if request.param == "away":
        Absence.objects.create(user=anna, starts_on=TODAY, ends_on=BACK, created_at=NOW)
    else:
        anna.is_active = False
        anna.save(update_fields=["is_active"])
    return anna


@pytest.fixture
def sam():
    return make_user("sam@example.com", "Sam Sales", "sales")


@pytest.fixture
def east(anna, sam):
    """Anna is in it longer, and has less to do."""
    team = Team.objects.create(name="East", kind=Team.Kind.SALES)
    for user, days in ((anna, 90), (sam, 9)):
        TeamMembership.objects.create(team=team, user=user, valid_from=TODAY - timedelta(days=days))
    Assignment.objects.create(entity=PersonFactory(), user=sam, valid_from=TODAY - timedelta(days=9), created_at=NOW)
    return team


def test_by_hand(alice, anna):
    with pytest.raises(ValidationError):
        assign(actor=alice, entity=PersonFactory(), user=anna, on=TODAY, now=NOW)
    with pytest.raises(ValidationError):
        stand_in(actor=alice, entity=PersonFactory(), user=anna, starts_on=TODAY, ends_on=BACK, now=NOW)
    assert not Assignment.objects.exists()


def test_many_at_once(alice, sam, anna):
    people = [PersonFactory() for _number in range(3)]
    for until in (None, BACK):
        terms = Terms(user=anna, starts_on=TODAY, until=until)
        with pytest.raises(ValidationError):
            begin_hand_over(actor=alice, entity_ids=[each.pk for each in people], terms=terms, now=NOW)
    assert not Assignment.objects.exists()


def test_who_is_away_in_the_midst_of_the_days_stands_in_for_nobody_and_takes_what_begins_once_they_are_back(alice, sam):
    first, back = (TODAY + timedelta(days=days) for days in (5, 9))
    Absence.objects.create(user=sam, starts_on=first, ends_on=back, created_at=NOW)
    olha = PersonFactory()
    terms = Terms(user=sam, starts_on=TODAY, until=TODAY + timedelta(days=20))
    with pytest.raises(ValidationError, match="is away then"):
        begin_hand_over(actor=alice, entity_ids=[olha.pk], terms=terms, now=NOW)
    terms = Terms(user=sam, starts_on=back)
    assert begin_hand_over(actor=alice, entity_ids=[olha.pk], terms=terms, now=NOW).items.count() == 1


def test_by_the_api(alice, anna):
    wish = {"contact_ids": [PersonFactory().pk], "to_user_id": anna.pk}
    assert api(alice, "POST", "", wish).status_code in (400, 422)
    assert not Assignment.objects.exists()


@pytest.mark.parametrize("how", ["turns", "least", "user"])
def test_by_rules_for_new_contacts(alice, anna, sam, east, how):
    whom = {"user": anna} if how == "user" else {"team": east}
    AssignmentRule.objects.create(name="New ones", how=how, **whom)
    forget_now()
    people = [PersonFactory() for _number in range(3)]
    assign_new([each.pk for each in people], actor=alice, now=NOW)
    assert not Assignment.objects.filter(user=anna).exists()
    assert Assignment.objects.filter(user=sam, entity__in=people).count() == (0 if how == "user" else 3)


@pytest.mark.parametrize("to", ["user", "least"])
def test_by_a_move_on_a_board_that_sets_a_rule_off(alice, anna, sam, east, to):
    entity = PersonFactory()
    give_persona(actor=alice, entity=entity, persona=Persona.objects.get(key="lead"), now=NOW)
    second = PipelineStage.objects.filter(pipeline__persona__key="lead").order_by("position")[1]
    taker = f"user:{anna.pk}" if to == "user" else f"least:{east.pk}"
    rule(alice, trigger="stage_entered", options={"stage": str(second.pk)}, actions={"assign": {"to": taker}})
    move_contact(actor=alice, entity=entity, stage=second, now=NOW)
    run_rules(now=NOW)
    assert [each.user for each in Assignment.objects.filter(entity=entity)] == ([] if to == "user" else [sam])


def test_of_opportunities(alice, anna, sam):
    stage = PipelineStage.objects.filter(pipeline__purpose="opportunity", outcome="open").earliest("position")
    for_anna = OpportunityInput(title="Facade", owner=anna)
    with pytest.raises(ValidationError):
        make_opportunity(actor=alice, data=for_anna, stage=stage, now=NOW)
    made = make_opportunity(actor=alice, data=OpportunityInput(title="Facade", owner=sam), stage=stage, now=NOW)
    with pytest.raises(ValidationError):
        change_opportunity(actor=alice, opportunity=made, data=for_anna, now=NOW)
    assert Opportunity.objects.get().owner == sam
