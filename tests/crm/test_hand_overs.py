"""Contacts handed over: for good or until a day, one or many, undone, told of once, reported."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from importlib import import_module

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError

from apps.accounts.models import Team, TeamMembership
from apps.activities.models import Activity, Meeting, Notice, Task
from apps.activities.models.stand_ins import stood_in_meetings
from apps.activities.permissions import can_change_activity, changeable_task_ids
from apps.activities.services.meeting_inputs import Guests, Span, Words
from apps.activities.services.meetings import plan_meeting
from apps.activities.services.task_input import TaskInput
from apps.activities.services.tasks import add_task
from apps.contacts.models import Entity, FolderPermission
from apps.contacts.models.rights import forget_rights
from apps.core import clock
from apps.core.models import Operation
from apps.core.services.operations import begin_undo, net_changes, run, undo
from apps.crm.models import Assignment, HandOver, PipelineStage
from apps.crm.permissions.contacts import managed_contacts
from apps.crm.selectors.dossier import dossiers, with_files
from apps.crm.selectors.hand_overs import hand_over_figures, portfolio_of, standing_in
from apps.crm.selectors.in_charge import in_charge_of, who_is_in_charge
from apps.crm.services import hand_overs
from apps.crm.services.assignments import assign, stand_in
from apps.crm.services.hand_over_notices import tell_hand_overs
from apps.crm.services.hand_overs import Terms, begin_hand_over
from apps.crm.services.opportunities import OpportunityInput, make_opportunity
from tests.conftest import make_user
from tests.contacts.factories import FolderFactory, PersonFactory
from tests.crm.factories import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
BACK = TODAY + timedelta(days=14)


@pytest.fixture
def anna():
    return make_user("anna@example.com", "Anna Sales", "sales")


@pytest.fixture
def sam():
    return make_user("sam@example.com", "Sam Sales", "sales")


@pytest.fixture
def lena(anna, sam):
    """The lead of both."""
    lena = make_user("lena@example.com", "Lena Lead", "sales")
    team = Team.objects.create(name="East", kind=Team.Kind.SALES)
    for user, role in ((lena, "lead"), (anna, "member"), (sam, "member")):
        TeamMembership.objects.create(team=team, user=user, role=role, valid_from=date(2026, 1, 1))
    return lena


@pytest.fixture
def portfolio(anna, alice):
    people = [PersonFactory(first_name="Olha", last_name=f"Koval {n}") for n in range(3)]
    for entity in people:
        assign(actor=alice, entity=entity, user=anna, on=TODAY - timedelta(days=30), now=NOW - timedelta(days=30))
    return people


def hand(actor, giver, *, now=NOW, **terms):
    given = Terms(**{"starts_on": TODAY} | terms)
    ids = portfolio_of(giver, on=given.starts_on)
    return begin_hand_over(actor=actor, entity_ids=ids, terms=given, from_user=giver, now=now)


def in_charge(entities, on):
    return {who_is_in_charge(entity.pk, "account", on) for entity in entities}


def test_a_lead_hands_a_portfolio_over_until_a_day_and_it_returns_by_itself(anna, sam, lena, portfolio):
    made = hand(lena, anna, user=sam, until=BACK, note="Vacation")
    assert in_charge(portfolio, TODAY) == {sam}
    assert in_charge(portfolio, BACK - timedelta(days=1)) == {sam}
    assert in_charge(portfolio, BACK) == {anna}
    assert managed_contacts(sam, [each.pk for each in portfolio], on=TODAY) == {each.pk for each in portfolio}
    assert made.items.count() == 3
    entries = Activity.objects.filter(kind="hand_over")
    assert [(each.actor, each.snippet, each.facts["from"], each.facts["to"]) for each in entries] == [
        (lena, "Vacation", "Anna Sales", "Sam Sales")
    ] * 3


def test_both_hear_of_it_once_when_it_begins_and_once_when_it_returns(anna, sam, lena, portfolio):
    made = hand(lena, anna, user=sam, until=BACK)
    begun = [(pk, "hand_over.stand_in_begun", 3, made.pk) for pk in sorted([anna.pk, sam.pk])]
    assert told() == begun
    assert tell_hand_overs(now=NOW + timedelta(hours=1)) == 0
    assert tell_hand_overs(now=at(BACK)) == 1
    assert tell_hand_overs(now=at(BACK) + timedelta(days=1)) == 0
    assert told() == begun + [(pk, "hand_over.returned", 3, made.pk) for pk in sorted([anna.pk, sam.pk])]


def test_one_that_begins_next_week_is_told_of_next_week(anna, sam, lena, portfolio):
    begins = TODAY + timedelta(days=7)
    hand(lena, anna, user=sam, starts_on=begins, until=BACK)
    assert in_charge(portfolio, TODAY) == {anna}
    assert not Notice.objects.exists()
    assert tell_hand_overs(now=at(begins)) == 1
    assert Notice.objects.count() == 2


def test_for_good_the_open_tasks_go_along_and_undo_brings_all_back(anna, sam, portfolio):
    wish = TaskInput(subject="Send the offer", zone="Europe/Kyiv", entities=[portfolio[0]], due_on=TODAY)
    task = add_task(actor=anna, data=wish, now=NOW)
    secret = add_task(actor=anna, data=wish.__class__(**{**as_dict(wish), "visibility": "private"}), now=NOW)
    before = standing()
    made = hand(anna, anna, user=sam, takes_tasks=True)
    assert in_charge(portfolio, TODAY) == {sam}
    assert [each.user for each in task.assignees.all()] == [sam]
    assert [each.user for each in secret.assignees.all()] == [anna]
    assert not managed_contacts(anna, [portfolio[0].pk], on=TODAY)
    result = undo(actor=anna, operation=made.operation, now=NOW)
    assert result.conflicts == []
    assert standing() == before
    assert [each.user for each in task.assignees.all()] == [anna]
    made.refresh_from_db()
    assert (made.done_at, made.items.count()) == (None, 3)
    assert HandOver.objects.standing().count() == 0
    assert Notice.objects.filter(user=sam, verb="hand_over.undone").count() == 1


def test_a_stand_in_has_tasks_and_meetings_by_date_and_they_return_by_themselves(anna, sam, bob, lena, portfolio):
    task = promise(anna, portfolio[0], "Send the offer")
    other = promise(anna, PersonFactory(last_name="Nobody's"), "Not about the portfolio")
    secret = promise(anna, portfolio[0], "Secret", visibility="private")
    soon, late = (meet(anna, portfolio[1], day) for day in (TODAY + timedelta(days=3), BACK + timedelta(days=3)))
    made = hand(lena, anna, user=sam, until=BACK, takes_tasks=True)
    fresh = promise(anna, portfolio[2], "Came up during the vacation")
    assert set(Task.objects.visible_to(sam).at_hand_of(sam, on=TODAY)) == {task, fresh}
    assert changeable_task_ids(sam, [task.pk, other.pk, secret.pk], on=BACK - timedelta(days=1)) >= {task.pk}
    assert set(Task.objects.at_hand_of(anna, on=TODAY)) == {task, other, secret, fresh}
    assert set(stood_in_meetings(sam, on=TODAY) or []) == {soon}
    assert list(Task.objects.at_hand_of(sam, on=BACK)) == []
    assert stood_in_meetings(sam, on=BACK) is None
    assert list(Task.objects.at_hand_of(bob, on=TODAY)) == []
    assert late.organiser == anna
    undo(actor=lena, operation=made.operation, now=NOW)
    assert list(Task.objects.at_hand_of(sam, on=TODAY)) == []


def test_without_the_wish_a_stand_in_has_the_dossier_alone(anna, sam, lena, portfolio):
    promise(anna, portfolio[0], "Send the offer")
    hand(lena, anna, user=sam, until=BACK, takes_tasks=False)
    assert list(Task.objects.at_hand_of(sam, on=TODAY)) == []


def test_who_stands_in_from_outside_the_team_completes_what_is_due_and_others_do_not(
    monkeypatch, anna, lena, portfolio
):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    zoe, eve = (make_user(f"{name}@example.com", name.title(), "sales") for name in ("zoe", "eve"))
    task = promise(anna, portfolio[0], "Send the offer")
    meeting = meet(anna, portfolio[0], TODAY + timedelta(days=3))
    hand(lena, anna, user=zoe, until=BACK, takes_tasks=True)
    for user, may in ((zoe, True), (eve, False)):
        assert (changeable_task_ids(user, [task.pk], on=TODAY) == {task.pk}) == may
        assert can_change_activity(user, meeting.activity) == may


def test_for_good_meetings_to_come_go_along_and_undo_brings_them_back(anna, sam, portfolio):
    past = meet(anna, portfolio[0], TODAY - timedelta(days=3))
    coming = meet(anna, portfolio[0], TODAY + timedelta(days=3), users=[anna])
    secret = meet(anna, portfolio[0], TODAY + timedelta(days=3), visibility="private")
    made = hand(anna, anna, user=sam, takes_tasks=True)
    assert held_by(past, coming, secret) == [(anna, []), (sam, [sam]), (anna, [])]
    assert undo(actor=anna, operation=made.operation, now=NOW).conflicts == []
    assert held_by(past, coming, secret) == [(anna, []), (anna, [anna]), (anna, [])]


def test_chosen_contacts_of_several_take_what_each_had_in_hand_along(anna, sam, lena, alice, portfolio):
    alone = PersonFactory(last_name="Alone")
    assign(actor=alice, entity=alone, user=lena, on=TODAY - timedelta(days=9), now=NOW)
    tasks = [promise(anna, portfolio[0], "Anna's"), promise(lena, alone, "Lena's")]
    terms = Terms(user=sam, starts_on=TODAY, takes_tasks=True)
    begin_hand_over(actor=alice, entity_ids=[portfolio[0].pk, alone.pk], terms=terms, now=NOW)
    assert [[each.user for each in task.assignees.all()] for task in tasks] == [[sam], [sam]]


def test_the_dossier_has_open_opportunities_and_those_to_a_team_move_with_it(anna, sam, lena, alice, portfolio):
    stage = PipelineStage.objects.filter(pipeline__purpose="opportunity", outcome="open").earliest("position")
    wish = OpportunityInput(title="Forty windows", contacts=[portfolio[0]], owner=anna)
    sale = make_opportunity(actor=anna, data=wish, stage=stage, now=NOW)
    made = hand(anna, anna, team=Team.objects.get(name="East"))
    sale.refresh_from_db()
    assert (sale.owner, sale.team) == (None, made.to_team)
    [first, *others] = dossiers(list(with_files(made.items.order_by("pk"))), user=sam, sees_money=False, now=NOW)
    assert ([each.title for each in first.opportunities], [each.opportunities for each in others]) == (
        ["Forty windows"],
        [[], []],
    )
    undo(actor=anna, operation=made.operation, now=NOW)
    sale.refresh_from_db()
    assert (sale.owner, sale.team) == (anna, None)


def test_who_does_not_manage_the_contacts_hands_nothing_over(anna, sam, bob, portfolio):
    with pytest.raises(ValidationError, match="None of these contacts is yours"):
        hand(bob, anna, user=sam)
    with pytest.raises(ValidationError, match="None of these contacts is yours"):
        hand(sam, anna, user=sam)
    assert in_charge(portfolio, TODAY) == {anna}


def test_what_another_one_stands_in_for_already_is_left_out(anna, sam, lena, alice, bob, portfolio):
    stand_in(actor=alice, entity=portfolio[0], user=bob, starts_on=TODAY, ends_on=BACK, now=NOW)
    made = hand(lena, anna, user=sam, until=BACK)
    assert made.items.count() == 2
    assert who_is_in_charge(portfolio[0].pk, "account", TODAY) == bob


def test_the_stand_in_finds_on_home_for_whom_and_how_much(client, anna, sam, lena, portfolio):
    add_task(
        actor=anna,
        data=TaskInput(subject="Call", zone="Europe/Kyiv", entities=[portfolio[0]], due_on=TODAY),
        now=NOW,
    )
    hand(lena, anna, user=sam, until=BACK)
    [row] = standing_in(sam, on=TODAY)
    assert (row.user, row.until, row.contacts, row.due) == (anna, BACK, 3, 1)
    assert standing_in(sam, on=BACK) == []
    assert standing_in(anna, on=TODAY) == []


def test_a_report_counts_exactly_the_rows_it_lists(anna, sam, lena, portfolio):
    made = hand(lena, anna, user=sam, until=BACK)
    later = hand(anna, anna, user=lena, starts_on=BACK)
    everything = HandOver.objects.all()
    figure = hand_over_figures(everything, first=TODAY, last=BACK)
    assert (figure.hand_overs, figure.contacts) == (2, 6)
    assert hand_over_figures(everything, first=TODAY, last=TODAY).hand_overs == 1
    undo(actor=anna, operation=later.operation, now=NOW)
    figure = hand_over_figures(everything, first=TODAY, last=BACK)
    assert (figure.hand_overs, figure.contacts) == (1, made.items.count())


def test_who_handed_over_goes_on_reading_by_the_folders_and_an_outsider_does_not(client, anna, sam, lena, portfolio):
    shut = FolderFactory(name="Key accounts", kind="restricted")
    for user in (anna, sam):
        group = Group.objects.create(name=f"Only {user}")
        FolderPermission.objects.create(folder=shut, group=group)
        user.groups.add(group)
    Entity.objects.filter(pk=portfolio[0].pk).update(folder=shut)
    forget_rights()
    assert hand(anna, anna, user=sam).items.count() == 3
    later = NOW + timedelta(days=400)
    assert managed_contacts(anna, [portfolio[0].pk], on=later.date()) == set()
    for user, sees in ((anna, True), (sam, True), (lena, False)):
        assert Entity.objects.visible_to(user).filter(pk=portfolio[0].pk).exists() == sees
    client.force_login(sam)
    page = client.get(f"/crm/hand-overs/{HandOver.objects.get().pk}/").content.decode()
    assert "Anna Sales goes on reading 3 of these contacts" in page


def test_nobody_is_handed_what_they_may_not_see(anna, sam, portfolio):
    own = FolderFactory(name="Anna's", kind="personal", owner=anna)
    Entity.objects.filter(pk=portfolio[0].pk).update(folder=own)
    forget_rights()
    assert hand(anna, anna, user=sam).items.count() == 2
    assert who_is_in_charge(portfolio[0].pk, "account", TODAY) == anna
    with pytest.raises(ValidationError, match="a personal folder has no team"):
        hand(anna, anna, team=Team.objects.create(name="West"))


def test_a_large_one_goes_through_the_worker_and_a_broken_attempt_doubles_nothing(monkeypatch, anna, sam, portfolio):
    monkeypatch.setattr(hand_overs, "INLINE_LIMIT", 1)
    monkeypatch.setattr(hand_overs, "_PORTION", 2)
    before = standing()
    made = hand(anna, anna, user=sam)
    assert in_charge(portfolio, TODAY) == {anna}
    operation = run_now(made.operation)
    assert in_charge(portfolio, TODAY) == {sam}
    Operation.objects.filter(pk=operation.pk).update(state="pending", finished_at=None)
    operation = run_now(operation)
    assert operation.result == {"changed": 3, "skipped": 0}
    assert Activity.objects.filter(kind="hand_over").count() == 3
    begin_undo(actor=anna, operation=operation, now=NOW)
    assert standing() == before


def test_a_large_one_is_undone_exactly_where_numbers_of_records_meet(monkeypatch, anna, sam, portfolio):
    """An opportunity changed later bears the number of an assignment that ended: each goes back in its own turn."""
    monkeypatch.setattr(hand_overs, "INLINE_LIMIT", 1)
    monkeypatch.setattr(net_changes, "_SUBJECTS_A_PORTION", 1)
    monkeypatch.setattr(import_module("apps.core.services.operations.undo"), "INLINE_LIMIT", 0)
    ended = Assignment.objects.get(entity=portfolio[0])
    stage = PipelineStage.objects.filter(pipeline__purpose="opportunity", outcome="open").earliest("position")
    sale = make_opportunity(
        actor=anna, data=OpportunityInput(title="Facade", owner=anna, contacts=[portfolio[1]]), stage=stage, now=NOW
    )
    Assignment.objects.filter(pk=ended.pk).delete()
    ended.pk = sale.pk
    ended.save(force_insert=True)
    before = standing()
    operation = run_now(hand(anna, anna, user=sam).operation)
    undoing = begin_undo(actor=anna, operation=operation, now=NOW)
    assert run_now(undoing).result["conflicts"] == []
    assert standing() == before


def test_an_outsider_sees_no_hand_over_of_others(anna, sam, lena, bob, alice, portfolio):
    made = hand(lena, anna, user=sam, until=BACK)
    for user, sees in ((anna, True), (sam, True), (lena, True), (alice, True), (bob, False)):
        assert HandOver.objects.visible_to(user, on=TODAY).filter(pk=made.pk).exists() == sees


def promise(user, entity, subject, **more):
    wish = TaskInput(subject=subject, zone="Europe/Kyiv", entities=[entity], due_on=TODAY, **more)
    return add_task(actor=user, data=wish, now=NOW)


def meet(user, entity, day, users=(), **more):
    begin = datetime.combine(day, time(10))
    span = Span(begin, begin + timedelta(hours=1), "Europe/Kyiv")
    return plan_meeting(
        actor=user,
        span=span,
        words=Words("Measure", **more),
        guests=Guests([entity], users),
        now=NOW - timedelta(days=9),
    )


def held_by(*meetings):
    found = Meeting.objects.in_bulk([each.pk for each in meetings])
    return [
        (found[each.pk].organiser, [row.user for row in each.attendees.filter(user__isnull=False)]) for each in meetings
    ]


def standing():
    return sorted(Assignment.objects.values_list("entity", "user", "layer", "valid_from", "valid_to"))


def told():
    return list(Notice.objects.order_by("pk").values_list("user", "verb", "count", "record_id"))


def run_now(operation):
    run(operation_id=operation.pk, now=NOW)
    operation.refresh_from_db()
    assert operation.state == "done", operation.message
    return operation


def at(day):
    return datetime.combine(day, NOW.timetz())


def as_dict(wish):
    return {name: getattr(wish, name) for name in wish.__dataclass_fields__}


def test_in_charge_of_many_follows(anna, sam, lena, portfolio):
    hand(lena, anna, user=sam, until=BACK)
    ids = [entity.pk for entity in Entity.objects.filter(pk__in=[each.pk for each in portfolio])]
    assert set(in_charge_of(ids, "account", TODAY).values()) == {sam.pk}
