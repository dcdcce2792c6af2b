"""Rules give new contacts to somebody who is there, in turn without doubles, and say what they did."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.urls import reverse

from apps.accounts.models import Team, TeamMembership, User
from apps.activities.models import Notice, NoticePreference
from apps.contacts.models import Entity, FolderPermission
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EntityInput, UnitInput
from apps.core.kept import forget_now
from apps.crm.models import Absence, Assignment, AssignmentRule, AssignmentRun, Persona
from apps.crm.services.assigning import assign_new
from apps.crm.services.assignments import assign, stand_in
from apps.crm.services.hand_overs import Terms, begin_hand_over
from apps.crm.services.personas import give_persona
from tests.conftest import make_user
from tests.contacts.factories import FolderFactory, PersonFactory
from tests.crm.factories import NOW

TODAY = NOW.date()


@pytest.fixture
def east(db):
    team = Team.objects.create(name="East", kind=Team.Kind.SALES)
    for name in ("Anna", "Sam", "Lena"):
        user = make_user(f"{name.lower()}@example.com", name, "sales")
        TeamMembership.objects.create(team=team, user=user, valid_from=TODAY - timedelta(days=9))
    return team


def rule(name="In turn", *, how="turns", **fields):
    made = AssignmentRule.objects.create(name=name, how=how, **fields)
    forget_now()
    return made


def newcomer(actor, country=""):
    given = EntityInput(last_name="Koval", units=[UnitInput(city="Lviv", country=country)])
    return create_entity(actor=actor, data=given, now=NOW)


def takers():
    rows = Assignment.objects.order_by("pk").select_related("user", "team")
    return [str(row.user or row.team) for row in rows]


def told():
    rows = Notice.objects.filter(verb="contact.assigned").order_by("at", "pk").select_related("user")
    return [(str(each.user), each.count) for each in rows]


def away(name):
    user = TeamMembership.objects.get(user__name=name).user
    Absence.objects.create(user=user, starts_on=TODAY, ends_on=TODAY + timedelta(days=3), created_at=NOW)
    return user


def test_members_take_turns_and_who_is_away_is_passed_over(alice, east):
    made = rule(team=east)
    for _number in range(4):
        newcomer(alice)
    assert takers() == ["Anna", "Sam", "Lena", "Anna"]
    away("Sam")
    for _number in range(2):
        newcomer(alice)
    assert "Sam" not in takers()[4:]
    runs = AssignmentRun.objects.order_by("pk")
    assert [(run.rule, str(run.user)) for run in runs] == [(made, name) for name in takers()]


def test_the_first_rule_that_fits_and_finds_somebody_acts(alice, bob, east):
    rule("Ukraine", how="user", user=bob, country="UA", position=1)
    rule("Others", how="team", team=east, position=2)
    newcomer(alice, "UA")
    newcomer(alice, "DE")
    assert takers() == ["Bob Sales", "East"]
    Absence.objects.create(user=bob, stand_in=alice, starts_on=TODAY, ends_on=TODAY + timedelta(days=3), created_at=NOW)
    newcomer(alice, "UA")
    assert takers()[2] == "Alice Manager"
    Absence.objects.update(stand_in=None)
    newcomer(alice, "UA")
    assert takers()[3] == "East"


def test_the_least_loaded_gets_the_next_and_who_is_gone_none(alice, east):
    busy, gone = (TeamMembership.objects.get(user__name=name).user for name in ("Anna", "Sam"))
    for _number in range(2):
        assign(actor=alice, entity=PersonFactory(), user=busy, on=TODAY, now=NOW)
    gone.is_active = False
    gone.save()
    rule(how="least", team=east)
    for _number in range(3):
        newcomer(alice)
    assert takers()[2:] == ["Lena", "Lena", "Anna"]


def test_whoever_gets_contacts_by_a_rule_is_told_once_of_all_of_them(client, alice, bob, east):
    rule("To Bob", how="user", user=bob, country="UA", position=1)
    rule("In turn", team=east, position=2)
    newcomer(alice, "UA")
    assert told() == [("Bob Sales", 1)]
    for _number in range(7):
        PersonFactory(country="UA")
    assign_new(list(Entity.objects.values_list("pk", flat=True)), actor=alice, now=NOW + timedelta(hours=1))
    assert told() == [("Bob Sales", 8)]
    client.force_login(bob)
    assert "8 new contacts are yours" in client.get("/activities/notices/").content.decode()
    Notice.objects.update(read_at=NOW + timedelta(hours=2))
    newcomer(alice, "UA")
    newcomer(bob, "UA")  # of one's own doing nobody is told
    assert told() == [("Bob Sales", 8), ("Bob Sales", 1)]


def test_a_team_hears_of_what_it_gets_and_who_wants_none_of_it_does_not(alice, east):
    members = [TeamMembership.objects.get(user__name=name).user for name in ("Anna", "Sam", "Lena")]
    NoticePreference.objects.create(user=members[1], event="handed_over", in_app=False, push=False, mail="never")
    rule("To all", how="team", team=east)
    newcomer(alice)
    assert told() == [("Anna", 1), ("Lena", 1)]


def test_a_rule_for_a_persona_acts_when_it_is_given(alice, bob):
    lead = Persona.objects.get(key="lead")
    rule(how="user", user=bob, persona=lead)
    person = newcomer(alice)
    assert takers() == []
    give_persona(actor=alice, entity=person, persona=lead, now=NOW)
    assert takers() == ["Bob Sales"]


def test_what_somebody_is_in_charge_of_stays_and_a_rule_that_is_off_rests(alice, bob, charlie):
    made = rule(how="user", user=bob)
    person = newcomer(alice)
    assert assign_new([person.pk], actor=alice, now=NOW) == 0
    AssignmentRule.objects.filter(pk=made.pk).update(is_active=False)
    forget_now()
    newcomer(alice)
    assert takers() == ["Bob Sales"]


def test_a_rule_made_in_the_browser_acts_and_is_in_its_log(client, ada, alice, east):
    client.force_login(ada)
    given = {"name": "New ones in turn", "position": "1", "how": "turns", "team": east.pk, "is_active": "on"}
    assert client.post(reverse("crm:assignment_rule_add"), given).status_code == 302
    person = newcomer(alice)
    page = client.get(reverse("crm:assignment_rules")).content.decode()
    assert page.count("New ones in turn") >= 2
    assert person.display_name in page
    assert client.post(reverse("crm:assignment_rule_add"), given).status_code == 422
    made = AssignmentRule.objects.get()
    client.post(reverse("crm:assignment_rule_remove", args=[made.pk]))
    assert AssignmentRun.objects.get().rule_name == "New ones in turn"


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_take_no_turn_twice():
    team = Team.objects.create(name="East", kind=Team.Kind.SALES)
    for name in ("Anna", "Sam"):
        user = make_user(f"{name.lower()}@example.com", name, "sales")
        TeamMembership.objects.create(team=team, user=user, valid_from=TODAY - timedelta(days=9))
    made = rule(team=team)
    ids = [PersonFactory(last_name=f"Koval {n}").pk for n in range(40)]
    start = threading.Barrier(2)

    def work(mine):
        start.wait()
        for pk in mine:
            with transaction.atomic():
                assign_new([pk], actor=None, now=NOW)
        connection.close()

    workers = [threading.Thread(target=work, args=(ids[begin::2],)) for begin in (0, 1)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert Entity.objects.filter(assignments__isnull=False).count() == 40
    assert takers().count("Anna") == takers().count("Sam") == 20
    made.refresh_from_db()
    assert made.turn == 40


def hidden_from(*names):
    """A folder that everybody of the east sees but these."""
    folder = FolderFactory(kind="restricted")
    for user in User.objects.exclude(name__in=names):
        group = Group.objects.get_or_create(name=f"sees {user.pk}")[0]
        user.groups.add(group)
        FolderPermission.objects.create(folder=folder, group=group, can_view=True)
    return folder


def test_who_may_not_see_the_contact_is_passed_over_and_the_log_says_where_nobody_may(client, ada, alice, east):
    folder = hidden_from("Anna", "Lena")
    rule("In turn", team=east, position=1)
    rule("All of it", how="team", team=east, position=2)
    secret = [PersonFactory(folder=folder) for _number in range(2)]
    assign_new([each.pk for each in [*secret, PersonFactory()]], actor=alice, now=NOW)
    assert takers() == ["Sam", "Sam", "Lena"]

    closed = PersonFactory(folder=FolderFactory(kind="restricted"), display_name="Secret Koval")
    assert assign_new([closed.pk], actor=alice, now=NOW) == 1
    assert takers()[3] == "East"
    first, second = AssignmentRun.objects.filter(entity=closed).order_by("pk")
    assert (first.rule_name, first.user, first.team) == ("In turn", None, None)
    assert (second.rule_name, str(second.team)) == ("All of it", "East")
    client.force_login(ada)
    shown = client.get(reverse("crm:assignment_rules")).content.decode()
    assert "Nobody: those it would choose may not see this contact" in shown


def test_by_hand_nobody_is_put_in_charge_of_what_they_may_not_see(alice, bob, charlie):
    closed = PersonFactory(folder=hidden_from("Charlie Outsider", "Bob Sales"))
    day: dict[str, Any] = {"on": TODAY, "now": NOW}
    for give in (
        lambda: assign(actor=alice, entity=closed, user=bob, **day),
        lambda: stand_in(
            actor=alice, entity=closed, user=bob, starts_on=TODAY, ends_on=TODAY + timedelta(days=3), now=NOW
        ),
    ):
        with pytest.raises(ValidationError) as refused:
            give()
        assert refused.value.message_dict == {"user": ["Bob Sales may not see this contact."]}
    assert not Assignment.objects.exists()

    assign(actor=alice, entity=closed, user=alice, **day)
    terms = Terms(user=bob, starts_on=TODAY)
    with pytest.raises(ValidationError) as refused:
        begin_hand_over(actor=alice, entity_ids=[closed.pk], terms=terms, now=NOW)
    assert refused.value.messages == ["Bob Sales may not see this contact."]
    with pytest.raises(PermissionDenied):
        assign(actor=charlie, entity=closed, user=charlie, **day)


def test_a_team_is_put_in_charge_of_nothing_in_a_personal_folder(alice, east):
    own = PersonFactory(folder=FolderFactory(kind="personal", owner=alice))

    with pytest.raises(ValidationError) as refused:
        assign(actor=alice, entity=own, team=east, on=TODAY, now=NOW)

    assert "its owner’s own" in refused.value.message_dict["team"][0]
