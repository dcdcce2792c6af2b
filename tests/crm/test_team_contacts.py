"""Contacts that belong to teams: chosen on their page, found in the list."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from apps.accounts.models import Team, TeamMembership
from apps.activities.models import Activity
from apps.core.models import Operation
from apps.core.services.operations import undo
from apps.crm.models import Assignment, TeamContact
from apps.crm.selectors.stage_times import intervals, stage_times
from apps.crm.services.assignments import assign
from apps.crm.services.journeys import move_contact
from apps.crm.services.personas import give_persona
from apps.crm.services.team_contacts import set_teams
from tests.contacts.factories import PersonFactory
from tests.crm.factories import NOW
from tests.crm.test_journey_bulk import persona, stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def east():
    return Team.objects.create(name="East", kind=Team.Kind.SUPPORT)


@pytest.fixture
def olha():
    return PersonFactory(first_name="Olha", last_name="Koval")


def test_a_contact_joins_and_leaves_a_team(bob, olha, east):
    assert set_teams(actor=bob, entity=olha, teams=[east], now=NOW)
    assert set_teams(actor=bob, entity=olha, teams=[east], now=NOW) is None
    operation = set_teams(actor=bob, entity=olha, teams=[], now=NOW + timedelta(days=3))
    assert operation is not None
    row = TeamContact.objects.get()
    assert row.valid_to == (NOW + timedelta(days=3)).date()
    undo(actor=bob, operation=Operation.objects.get(pk=operation), now=NOW)
    assert TeamContact.objects.current().get().team == east
    entries = Activity.objects.filter(kind="contact_team", participants__entity=olha).order_by("pk")
    assert [(each.actor, each.facts) for each in entries] == [
        (bob, {"joined": ["East"], "left": []}),
        (bob, {"joined": [], "left": ["East"]}),
    ]


def test_a_retired_team_takes_nobody_and_strangers_change_nothing(alice, bob, olha, east):
    assign(actor=alice, entity=olha, user=alice, on=NOW.date(), now=NOW)
    with pytest.raises(PermissionDenied):
        set_teams(actor=bob, entity=olha, teams=[east], now=NOW)
    Team.objects.filter(pk=east.pk).update(retired_at=NOW)
    east.refresh_from_db()
    with pytest.raises(ValidationError):
        set_teams(actor=alice, entity=olha, teams=[east], now=NOW)


def test_lists_find_contacts_by_team_kind_of_team_and_team_in_charge(client, bob, olha, east):
    other = PersonFactory(first_name="Iryna", last_name="Melnyk")
    set_teams(actor=bob, entity=olha, teams=[east], now=NOW)
    Assignment.objects.create(entity=other, user=bob, valid_from=date(2026, 1, 1), created_at=NOW)
    TeamMembership.objects.create(team=east, user=bob, valid_from=date(2026, 1, 1))
    client.force_login(bob)

    def found(query):
        content = client.get(reverse("contacts:list_tab", args=["all"]) + query).content.decode()
        return [name for name in ("Olha Koval", "Iryna Melnyk") if name in content]

    assert found(f"?f.team={east.pk}") == ["Olha Koval"]
    assert found("?f.team-kind=support") == ["Olha Koval"]
    assert found("?f.team-kind=sales") == []
    assert found(f"?f.charge-team={east.pk}") == ["Iryna Melnyk"]


def test_time_in_stage_is_told_by_stage_with_its_median(alice, bob):
    for days in (2, 4, 10):
        one = PersonFactory(first_name=f"P{days}", last_name="Koval")
        give_persona(actor=bob, entity=one, persona=persona("lead"), now=NOW)
        move_contact(actor=bob, entity=one, stage=stage("Contacted"), now=NOW + timedelta(days=days))
    until = NOW + timedelta(days=30)
    pipeline = stage("New").pipeline
    times = stage_times(alice, pipeline, since=NOW, until=until)
    new, contacted = times[stage("New").pk], times[stage("Contacted").pk]
    assert (new.entered, new.left, new.standing) == (3, 3, 0)
    assert (new.median, new.longest) == (timedelta(days=4), timedelta(days=10))
    assert (contacted.entered, contacted.left, contacted.standing, contacted.median) == (3, 0, 3, None)
    stays = list(intervals(alice, pipeline, since=NOW, until=until))
    assert [stay.stage_id for stay in stays].count(stage("New").pk) == new.entered
    # What ended later leaves the figures of the time before as they were.
    early = stage_times(alice, pipeline, since=NOW, until=NOW + timedelta(days=3))
    assert (early[stage("New").pk].left, early[stage("New").pk].standing) == (1, 2)
