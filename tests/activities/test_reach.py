"""Who reads an entry: by folder, category, visibility and context, at once when any of them changes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied

from apps.accounts.models import Team, TeamMembership
from apps.accounts.services.users import set_roles
from apps.activities.models import Activity, ActivityCategory, ActivityCategoryPermission
from apps.activities.models.reach import CONTEXTS_FROM, forget_reach
from apps.activities.selectors.timelines import timeline_of, timeline_of_all, timeline_of_context
from apps.activities.services.notes import add_note, log_call
from apps.activities.services.recording import Context
from apps.contacts.models import Category, CategoryPermission, Entity
from apps.contacts.models.rights import forget_rights
from apps.contacts.services.bulk import BulkAction, begin_bulk
from apps.contacts.services.categories import set_categories
from apps.contacts.services.entities import create_entity, update_entity
from apps.contacts.services.inputs import EntityInput
from apps.core.contributions import ActivityContext, contexts
from apps.core.models import Operation
from apps.core.services.operations import run, undo
from tests.contacts.factories import FolderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def olena(bob, everyone_folder, now) -> Entity:
    return create_entity(actor=bob, data=EntityInput(last_name="Koval"), now=now)


@pytest.fixture
def board(db):
    """A folder that administrators alone see."""
    return FolderFactory(kind="restricted")


def sees(user, activity) -> bool:
    return Activity.objects.visible_to(user).filter(pk=activity.pk).exists()


def move(actor, entity, folder, now):
    entity.refresh_from_db()
    update_entity(actor=actor, entity=entity, fields={"folder": folder}, expected_version=None, now=now)


def test_an_entry_follows_its_contact_into_a_hidden_folder_and_back(ada, bob, now, olena, board, everyone_folder):
    note = add_note(actor=bob, entity=olena, text="Wants oak", now=now)

    move(ada, olena, board, now)
    assert not sees(bob, note)
    assert sees(ada, note)

    undo(actor=ada, operation=Operation.objects.filter(verb="entity.updated").latest("pk"), now=now)
    assert sees(bob, note)


def test_a_move_of_many_at_once_hides_their_entries_too(ada, bob, now, olena, board):
    note = add_note(actor=bob, entity=olena, text="Wants oak", now=now)

    moved = begin_bulk(
        actor=ada, action=BulkAction("move", board.pk), chosen=Entity.objects.filter(pk=olena.pk), now=now
    )
    run(operation_id=moved.pk, now=now)

    assert not sees(bob, note)


def test_an_entry_about_two_is_read_by_whoever_sees_one_of_them(ada, bob, now, olena, board):
    hidden = create_entity(actor=ada, data=EntityInput(last_name="Secret", folder_id=board.pk), now=now)
    both = add_note(actor=ada, entity=olena, others=[hidden], text="They met", now=now)
    one = add_note(actor=ada, entity=hidden, text="Alone", now=now)

    assert sees(bob, both)
    assert not sees(bob, one)
    [entry] = timeline_of(olena, user=bob, now=now).entries
    assert [link.entity_id for link in entry.subjects] == [olena.pk]
    with pytest.raises(PermissionDenied):
        add_note(actor=bob, entity=olena, others=[hidden], text="I guess", now=now)


def test_a_restricted_category_of_the_contact_hides_its_entries(ada, bob, charlie, now, olena):
    note = add_note(actor=bob, entity=olena, text="Wants oak", now=now)
    inside = Category.objects.create(name="Board", is_restricted=True)
    CategoryPermission.objects.create(category=inside, group=Group.objects.get(name="sales"))
    forget_rights()

    set_categories(actor=ada, entity=olena, category_ids=[inside.pk], now=now)

    assert sees(bob, note)
    assert sees(ada, note)
    assert not sees(charlie, note)


def test_a_private_entry_is_its_authors_alone(alice, bob, ada, now, olena):
    note = add_note(actor=bob, entity=olena, text="Between us", visibility="private", now=now)

    assert sees(bob, note)
    assert not sees(alice, note)
    assert not sees(ada, note)
    assert timeline_of(olena, user=alice, now=now).entries == []
    assert timeline_of_all(alice, now=now).entries == []


def test_a_teams_entry_is_read_in_the_team_while_one_is_in_it(alice, bob, charlie, now, olena):
    east = Team.objects.create(name="East")
    for user in (alice, bob):
        TeamMembership.objects.create(team=east, user=user, valid_from=now.date())
    note = add_note(actor=bob, entity=olena, text="For us", visibility="team", now=now)

    assert sees(alice, note)
    assert not sees(charlie, note)

    TeamMembership.objects.filter(user=alice).update(valid_to=now.date() + timedelta(days=1))
    forget_reach()
    assert not sees(alice, note)
    assert sees(bob, note)


def test_a_limited_category_is_absent_for_whoever_is_not_in_its_groups(ada, alice, bob, charlie, now, olena):
    sick = ActivityCategory.objects.create(name="Sick leave", is_restricted=True)
    ActivityCategoryPermission.objects.create(category=sick, group=Group.objects.get(name="manager"))
    forget_reach()
    note = add_note(actor=bob, entity=olena, text="Ill until May", category=sick, now=now)

    assert [sees(user, note) for user in (ada, alice, bob, charlie)] == [True, True, True, False]
    assert timeline_of(olena, user=charlie, now=now).entries == []

    set_roles(actor=ada, user=charlie, roles=["content", "manager"], now=now)
    charlie.refresh_from_db()
    assert sees(charlie, note)


def test_a_dealer_reads_nothing_of_the_houses_history(dora, bob, now, olena):
    note = add_note(actor=bob, entity=olena, text="Wants oak", now=now)

    assert not sees(dora, note)


def test_an_entry_on_another_apps_record_is_read_by_whoever_sees_that(ada, alice, bob, now, olena, board, monkeypatch):
    """Orders, claims and projects come later: until then a context of the test's own."""
    orders = ActivityContext(
        tokens_of=lambda ids: {pk: [CONTEXTS_FROM + pk] for pk in ids},
        tokens_for=lambda user: [CONTEXTS_FROM + 7] if user == alice else [],
        describe=lambda ids: {pk: (f"Order {pk}", f"/orders/{pk}/") for pk in ids},
    )
    monkeypatch.setitem(contexts._items, "test.order", (100, orders))
    vault = FolderFactory(kind="restricted")
    forget_rights()
    move(ada, olena, board, now)
    olena.refresh_from_db()
    note = add_note(actor=ada, entity=olena, text="About seven", context=Context("test.order", 7), now=now)

    assert sees(alice, note)
    assert not sees(bob, note)
    [entry] = timeline_of_context("test.order", 7, user=alice, now=now).entries
    assert entry.context_link == ("Order 7", "/orders/7/")
    assert entry.subjects == []

    # What the record lends stays when a contact moves.
    move(ada, olena, vault, now)
    assert sees(alice, note)


def test_what_is_to_come_stands_apart_and_soonest_first(bob, now, olena):
    for days in (3, 1, 2, -1):
        note = add_note(actor=bob, entity=olena, text=f"{days}", occurred_at=now + timedelta(days=days), now=now)
    assert note.audience == [olena.folder_id]

    page = timeline_of(olena, user=bob, now=now)

    assert [entry.snippet for entry in page.ahead] == ["1", "2", "3"]
    assert [entry.snippet for entry in page.entries] == ["-1"]


def test_a_call_keeps_what_it_was(bob, now, olena):
    call = log_call(
        actor=bob, entity=olena, text="", occurred_at=now, direction="in", outcome="busy", seconds=90, now=now
    )

    assert (call.call.direction, call.call.outcome, call.call.seconds) == ("in", "busy", 90)
    assert call.facts == {"direction": "in", "outcome": "busy", "seconds": 90, "number": ""}
