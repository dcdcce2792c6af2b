"""Teams, absences, who is in charge, and the pages of hand-overs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from apps.accounts.models import Team, TeamMembership, User
from apps.activities.services.notes import add_note
from apps.activities.services.task_input import TaskInput
from apps.activities.services.tasks import add_task
from apps.core import clock
from apps.core.clock import company_day
from apps.core.models import Operation
from apps.core.services import files
from apps.core.services.operations import run
from apps.crm.models import Absence, Assignment, HandOver
from apps.crm.services.absences import set_absence
from apps.crm.services.assignments import assign
from apps.messaging.services.documents import document_file
from tests.conftest import make_user
from tests.contacts.factories import PersonFactory
from tests.core.home import whole_home
from tests.messaging.pdf_text import pdf_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def today():
    return company_day(clock.now())


@pytest.fixture
def anna():
    return make_user("anna@example.com", "Anna Sales", "sales")


@pytest.fixture
def east(bob, anna):
    """Bob leads Anna."""
    team = Team.objects.create(name="East", kind=Team.Kind.SALES)
    for user, role in ((bob, "lead"), (anna, "member")):
        TeamMembership.objects.create(team=team, user=user, role=role, valid_from=date(2026, 1, 1))
    return team


def test_an_administrator_makes_a_team_and_says_when_it_works(client, ada):
    client.force_login(ada)
    given = {"name": "West", "kind": "support", "days": ["1", "2"], "begins": "09:00", "ends": "18:00"}
    client.post(reverse("crm:team_add"), given)
    team = Team.objects.get(name="West")
    assert (team.kind, team.hours) == ("support", {"1": ["09:00", "18:00"], "2": ["09:00", "18:00"]})
    client.post(reverse("crm:team_retire", args=[team.pk]))
    team.refresh_from_db()
    assert team.retired_at is not None
    assert client.post(reverse("crm:team_add"), given).status_code == 422


def test_a_lead_says_who_is_in_the_team_and_rights_follow(client, bob, charlie, east, today):
    client.force_login(bob)
    given = {"user": charlie.pk, "role": "member", "valid_from": today}
    assert client.post(reverse("crm:member_add", args=[east.pk]), given).status_code == 302
    membership = TeamMembership.objects.get(team=east, user=charlie)
    assert User.objects.get(pk=charlie.pk).rights_epoch == charlie.rights_epoch + 1
    assert client.post(reverse("crm:member_add", args=[east.pk]), given).status_code == 422  # twice in the same days
    client.post(reverse("crm:member_end", args=[east.pk, membership.pk]))
    assert not TeamMembership.objects.filter(pk=membership.pk).exists()
    client.force_login(charlie)
    assert client.post(reverse("crm:member_add", args=[east.pk]), given).status_code == 403


def test_the_team_page_shows_who_is_there_and_how_much_each_has(client, bob, anna, alice, east, today):
    person = PersonFactory()
    assign(actor=alice, entity=person, user=anna, on=today, now=clock.now())
    wish = TaskInput(
        subject="Call", zone="Europe/Kyiv", entities=[person], due_on=today - timedelta(days=2), assignees=[anna.pk]
    )
    add_task(actor=anna, data=wish, now=clock.now())
    set_absence(
        actor=anna,
        user=anna,
        starts_on=today,
        ends_on=today + timedelta(days=5),
        replaced_by=bob,
        now=clock.now(),
    )
    client.force_login(bob)
    page = client.get(reverse("crm:team", args=[east.pk])).content.decode()
    assert "1 of 2 are there today" in page
    assert "Bob Sales stands in" in page
    row = page[page.index("Anna Sales</th>") if "Anna Sales</th>" in page else page.index("Anna Sales") :]
    assert row.count('rows__cell--numeric" data-title="Overdue">1<') >= 1


def test_nobody_is_away_twice_and_leads_note_it_for_their_people(bob, anna, charlie, alice, east, today):
    def away(actor, start, stop, *, stand_in=None):
        first, last = today + timedelta(days=start), today + timedelta(days=stop)
        return set_absence(actor=actor, user=anna, starts_on=first, ends_on=last, replaced_by=stand_in, now=clock.now())

    away(bob, 1, 5)
    away(alice, 5, 7)
    with pytest.raises(ValidationError, match="away on some of these days"):
        away(anna, 4, 6)
    with pytest.raises(ValidationError, match="stands in for themselves"):
        away(anna, 10, 12, stand_in=anna)
    with pytest.raises(PermissionDenied):
        away(charlie, 20, 21)
    assert Absence.objects.count() == 2


def test_users_see_who_is_away_until_when(client, ada, anna, today):
    set_absence(
        actor=anna,
        user=anna,
        starts_on=today,
        ends_on=today + timedelta(days=5),
        replaced_by=None,
        now=clock.now(),
    )
    client.force_login(ada)
    assert "away until" in client.get(reverse("accounts:user", args=[anna.pk])).content.decode()
    assert "away until" in client.get(reverse("accounts:users")).content.decode()
    assert "away until" not in client.get(reverse("accounts:user", args=[ada.pk])).content.decode()


def test_a_contact_is_given_to_a_team_and_the_page_tells_all_that_was(client, alice, anna, charlie, east, today):
    person = PersonFactory()
    assign(actor=alice, entity=person, user=anna, on=today - timedelta(days=9), now=clock.now())
    client.force_login(anna)
    url = reverse("crm:charge", args=[person.pk])
    assert client.post(url, {"team": east.pk, "on": today, "reason": "A large one"}).status_code == 302
    held = Assignment.objects.filter(entity=person).order_by("valid_from")
    assert [(row.user, row.team, row.valid_to, row.made_by) for row in held] == [
        (anna, None, today, alice),
        (None, east, None, anna),
    ]
    made = HandOver.objects.get()  # with its dossier, and counted as any other
    assert (made.from_user, made.to_team, made.items.get().entity) == (anna, east, person)
    tab = client.get(reverse("contacts:entity_tab", args=[person.pk, "charge"])).content.decode()
    assert "A large one" in tab
    assert "Anna Sales" in tab
    client.force_login(charlie)
    assert client.post(url, {"user": charlie.pk, "on": today}).status_code == 403


def test_the_successor_reads_the_dossier_and_confirms(
    client, django_assert_max_num_queries, alice, anna, bob, charlie, today
):
    people = [PersonFactory(last_name=name) for name in ("Koval", "Zhuk")]
    now = clock.now()
    for person in people:
        assign(actor=alice, entity=person, user=anna, on=today - timedelta(days=9), now=now)
    add_note(actor=anna, entity=people[0], text="Wants oak", now=now)
    add_task(
        actor=anna,
        data=TaskInput(subject="Send the offer", zone="Europe/Kyiv", entities=[people[0]], due_on=today),
        now=now,
    )
    client.force_login(anna)
    given = {"giver": anna.pk, "user": bob.pk, "on": today, "until": today + timedelta(days=7), "note": "Vacation"}
    client.post(reverse("crm:hand_over_make"), given)
    made = HandOver.objects.get()
    url = reverse("crm:hand_over", args=[made.pk])
    client.force_login(bob)
    client.get(url)
    with django_assert_max_num_queries(12):
        page = client.get(url).content.decode()
    assert "Wants oak" in page
    assert "Send the offer" in page
    assert "0 of 2 read" in page
    assert "You stand in for Anna Sales until" in whole_home(client)
    paper = client.post(reverse("crm:hand_over_paper", args=[made.pk]))
    run(operation_id=int(paper["Location"].strip("/").rpartition("/")[2]), now=now)
    operation = Operation.objects.latest("pk")
    document = document_file(operation)
    assert document, operation.message
    with files.open_file(document[0]) as content:
        assert "Wants oak" in pdf_text(content.read())
    item = made.items.get(entity=people[0])
    client.post(reverse("crm:hand_over_confirm", args=[made.pk]), {"item": item.pk})
    assert "1 of 2 read" in client.get(url).content.decode()
    unread = client.get(f"{url}?unread=1").content.decode()
    assert people[1].display_name in unread
    assert people[0].display_name not in unread
    assert "1 of 2" in client.get(reverse("crm:hand_over_list")).content.decode()
    client.post(reverse("crm:hand_over_confirm", args=[made.pk]))
    assert made.items.filter(confirmed_by=bob).count() == 2
    client.force_login(charlie)
    assert client.get(url).status_code == 404
    client.force_login(anna)
    assert client.post(reverse("crm:hand_over_confirm", args=[made.pk])).status_code == 403


def test_chosen_contacts_of_the_list_are_handed_over(client, alice, anna, bob, today):
    people = [PersonFactory(last_name=name) for name in ("Koval", "Zhuk", "Bondar")]
    for person in people[:2]:
        assign(actor=alice, entity=person, user=anna, on=today - timedelta(days=9), now=clock.now())
    client.force_login(anna)
    url = reverse("crm:hand_over_chosen")
    chosen = {"ids": [person.pk for person in people[:2]]}
    assert "2 contacts are chosen" in client.post(url, chosen).content.decode()
    client.post(url, chosen | {"confirmed": "1", "user": bob.pk, "on": today})
    made = HandOver.objects.get()
    assert (made.from_user, made.items.count()) == (None, 2)
    assert Assignment.objects.filter(user=bob, valid_to=None).count() == 2
