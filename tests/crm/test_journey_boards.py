"""Boards of journeys: what stands where, who may move it, what the page costs."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import Team, TeamMembership
from apps.activities.services.task_input import TaskInput
from apps.activities.services.tasks import add_task
from apps.contacts.models import Folder
from apps.contacts.models.rights import forget_rights
from apps.core import clock
from apps.core.models import Operation
from apps.crm.models import EntityPersona, JourneyStep, Persona, Pipeline, PipelineStage
from apps.crm.selectors.boards import CARDS, BoardFilter, board_of, more_of
from apps.crm.services.assignments import assign, stand_in
from apps.crm.services.journeys import move_contact
from apps.crm.services.personas import give_persona
from tests.conftest import make_user
from tests.contacts.factories import FolderFactory, PersonFactory
from tests.crm.factories import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def persona(key):
    return Persona.objects.get(key=key)


def stage(name):
    return PipelineStage.objects.get(pipeline__persona__key="lead", name=name)


def leads():
    return Pipeline.objects.get(persona__key="lead")


def a_lead(actor, name, *, now=NOW, **fields):
    entity = PersonFactory(first_name=name, last_name="Koval", **fields)
    give_persona(actor=actor, entity=entity, persona=persona("lead"), now=now)
    return entity


def board_url(**query):
    return reverse("crm:journey_board", args=[leads().pk]) + ("?" + "&".join(f"{k}={v}" for k, v in query.items()))


def move_url(entity):
    return reverse("crm:journey_move", args=[leads().pk, entity.pk])


def names(board):
    return {column.stage.name: [card.name for card in column.cards] for column in board.columns if column.cards}


def test_columns_count_all_and_show_the_newest_first(alice):
    olha, iryna = a_lead(alice, "Olha"), a_lead(alice, "Iryna", now=NOW + timedelta(hours=1))
    move_contact(actor=alice, entity=olha, stage=stage("Contacted"), now=NOW + timedelta(hours=2))
    a_lead(alice, "Taras", now=NOW + timedelta(hours=3))
    board = board_of(alice, leads(), BoardFilter(), now=NOW + timedelta(days=10))
    assert names(board) == {"New": ["Taras Koval", "Iryna Koval"], "Contacted": ["Olha Koval"]}
    assert [column.number for column in board.columns] == [2, 1, 0, 0]
    cards = {card.name: card for column in board.columns for card in column.cards}
    assert (cards["Iryna Koval"].days, cards["Iryna Koval"].is_stuck) == (9, True)  # new ones stand out after a week
    assert not cards["Olha Koval"].is_stuck
    assert cards["Iryna Koval"].entity_id == iryna.pk


def test_a_card_says_who_is_in_charge_and_what_comes_next(alice, bob):
    olha = a_lead(alice, "Olha")
    assign(actor=alice, entity=olha, user=bob, on=TODAY, now=NOW)
    wish = TaskInput(subject="Call her", zone="Europe/Kyiv", entities=[olha], due_on=TODAY - timedelta(days=1))
    add_task(actor=bob, data=wish, now=NOW)
    (card,) = board_of(bob, leads(), BoardFilter(), now=NOW).columns[0].cards
    assert (card.in_charge, card.may_move) == ("Bob Sales", True)
    step = card.next_step
    assert step is not None
    assert (step.title, step.is_late) == ("Call her", True)


def test_filters_narrow_the_board_and_its_counts(alice, bob):
    hers, his, nobodys = a_lead(alice, "Olha"), a_lead(alice, "Taras"), a_lead(alice, "Iryna")
    assign(actor=alice, entity=hers, user=alice, on=TODAY, now=NOW)
    assign(actor=alice, entity=his, user=bob, on=TODAY, now=NOW)
    team = Team.objects.create(name="East", kind=Team.Kind.SALES)
    TeamMembership.objects.create(team=team, user=bob, valid_from=date(2026, 1, 1))
    give_persona(actor=alice, entity=nobodys, persona=persona("partner"), now=NOW)

    def found(**wanted):
        board = board_of(alice, leads(), BoardFilter(**wanted), now=NOW)
        assert [column.number for column in board.columns] == [len(column.cards) for column in board.columns]
        return [card.entity_id for column in board.columns for card in column.cards]

    assert found(users=(alice.pk,)) == [hers.pk]
    assert found(teams=(team.pk,)) == [his.pk]
    assert found(nobody=True) == [nobodys.pk]
    assert found(personas=(persona("partner").pk,)) == [nobodys.pk]
    # Who stands in has it, who is stood in for hasn't.
    stand_in(actor=alice, entity=his, user=alice, starts_on=TODAY, ends_on=TODAY + timedelta(days=7), now=NOW)
    assert found(users=(bob.pk,)) == []
    assert sorted(found(users=(alice.pk,))) == sorted([hers.pk, his.pk])


def test_further_cards_come_page_by_page_without_gaps_or_doubles(alice):
    new = stage("New")
    for number in range(CARDS + 7):
        # Several at the same moment: an import.
        one = PersonFactory(first_name=f"P{number:03}", last_name="Koval")
        JourneyStep.objects.create(
            entity=one, pipeline=new.pipeline, stage=new, entered_at=NOW + timedelta(hours=number // 10)
        )
    first = board_of(alice, leads(), BoardFilter(), now=NOW).columns[0]
    rest = more_of(alice, new, BoardFilter(), first.after, now=NOW)
    seen = [card.entity_id for card in [*first.cards, *rest.cards]]
    assert (len(first.cards), len(rest.cards), rest.after) == (CARDS, 7, "")
    assert len(set(seen)) == CARDS + 7


def test_nobody_sees_cards_of_hidden_folders(alice, bob):
    secret = FolderFactory(kind=Folder.Kind.PERSONAL, owner=alice)
    forget_rights()
    a_lead(alice, "Olha", folder=secret)
    assert [column.number for column in board_of(bob, leads(), BoardFilter(), now=NOW).columns] == [0, 0, 0, 0]
    assert board_of(alice, leads(), BoardFilter(), now=NOW).columns[0].number == 1


def test_a_card_dropped_on_another_column_moves(client, bob):
    olha = a_lead(bob, "Olha")
    client.force_login(bob)
    headers = {"HX-Request": "true", "HX-Target": "board"}
    sent = {"place": f"{stage('Contacted').pk}::", "seen": stage("New").pk}
    answer = client.post(move_url(olha), sent, headers=headers)
    assert answer.status_code == 204
    assert "Contacted" in answer.headers["HX-Trigger"]
    assert Operation.objects.get(verb="journey.moved").undoable_until is not None

    # Only what moved is asked for: its new place, and all numbers.
    patch = client.get(board_url(cards=olha.pk), headers=headers).content.decode()
    assert f'data-entity="{olha.pk}" data-stage="{stage("Contacted").pk}"' in patch
    assert re.findall(r'board__count">(\d+)<', patch) == ["0", "1", "0", "0"]

    # Dropped once more by somebody who still saw it in its old place: refused, with the reason.
    late = client.post(move_url(olha), sent | {"place": stage("Qualified").pk}, headers=headers)
    assert late.status_code == 422
    assert "meanwhile" in late.headers["HX-Trigger"]


def test_without_the_right_a_card_is_shown_and_not_moved(client, alice, bob):
    olha = a_lead(alice, "Olha")
    assign(actor=alice, entity=olha, user=alice, on=TODAY, now=NOW)
    client.force_login(bob)
    page = client.get(board_url()).content.decode()
    assert f'data-entity="{olha.pk}"' in page
    assert f'data-card="{olha.pk}"' not in page
    assert client.get(move_url(olha)).status_code == 403
    assert client.post(move_url(olha), {"place": stage("Contacted").pk}).status_code == 403
    assert JourneyStep.objects.current().get(entity=olha).stage.name == "New"


def test_a_card_is_moved_from_its_sheet_with_a_reason(client, bob):
    olha = a_lead(bob, "Olha")
    client.force_login(bob)
    sheet = client.get(move_url(olha), headers={"HX-Request": "true"}).content.decode()
    assert "Qualified" in sheet
    sent = {"place": stage("Qualified").pk, "seen": stage("New").pk, "reason": "Has a budget"}
    assert client.post(move_url(olha), sent).status_code == 302
    assert JourneyStep.objects.current().get(entity=olha).reason == "Has a budget"
    other = PipelineStage.objects.get(pipeline__persona__key="customer", name="Regular")
    client.post(move_url(olha), {"place": other.pk})
    assert JourneyStep.objects.current().get(entity=olha).stage.name == "Qualified"


def test_the_board_asks_few_questions_however_many_cards_it_has(client, bob):
    def count():
        with CaptureQueriesContext(connection) as asked:
            assert client.get(board_url()).status_code == 200
        return len(asked)

    client.force_login(bob)
    for number in range(3):
        a_lead(bob, f"P{number}")
    client.get(board_url())
    few = count()
    for number in range(20):
        assign(actor=bob, entity=a_lead(bob, f"Q{number}"), user=bob, on=clock.now().date(), now=NOW)
    assert count() <= few + 2
    assert few <= 22


def test_personas_of_the_past_are_none(alice):
    olha = a_lead(alice, "Olha")
    give_persona(actor=alice, entity=olha, persona=persona("partner"), now=NOW)
    EntityPersona.objects.filter(entity=olha, persona__key="partner").update(valid_to=TODAY)
    board = board_of(alice, leads(), BoardFilter(personas=(persona("partner").pk,)), now=NOW)
    assert names(board) == {}


def test_a_dealer_reaches_no_board(client):
    client.force_login(make_user("dora@example.com", "Dora", "dealer"))
    assert client.get(reverse("crm:journeys")).status_code in (403, 404)
