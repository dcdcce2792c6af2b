"""Tasks: written down, given, handed on, completed once, taken back, and seen by whom they are for."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from apps.accounts.models import Team, TeamMembership
from apps.activities.models import Activity, Task, TaskAssignee
from apps.activities.selectors.timelines import timeline_of
from apps.activities.services.task_duties import assign_task, assign_tasks
from apps.activities.services.task_input import TaskInput
from apps.activities.services.task_items import add_item, remove_item, tick_item
from apps.activities.services.task_states import (
    cancel_task,
    complete_task,
    complete_tasks,
    move_task,
    reopen_task,
    set_due,
    snooze_task,
)
from apps.activities.services.tasks import add_task, input_of, update_task
from apps.activities.signals import activities_moved, people_addressed
from apps.contacts.models import Entity
from apps.core.models import Change, Operation
from apps.core.services.operations import undo
from tests.contacts.factories import FolderFactory, PersonFactory

KYIV = "Europe/Kyiv"


@pytest.fixture
def olena(everyone_folder) -> Entity:
    return PersonFactory()


@pytest.fixture
def heard():
    """What was announced: (kind, verb, user ids)."""
    told: list[tuple] = []

    def addressed(asked, verb, **kwargs):
        for activity in Activity.objects.filter(pk__in=asked).order_by("pk"):
            told.append((verb, activity.subject, sorted(asked[activity.pk])))

    def moved(ids, **kwargs):
        for activity in Activity.objects.filter(pk__in=ids).order_by("pk"):
            told.append(("moved", activity.subject, activity.occurred_at))

    people_addressed.connect(addressed)
    activities_moved.connect(moved)
    yield told
    people_addressed.disconnect(addressed)
    activities_moved.disconnect(moved)


def task_of(actor, now, **fields) -> Task:
    return add_task(actor=actor, data=TaskInput(**{"subject": "Send the offer", "zone": KYIV} | fields), now=now)


def put_back(actor, operation_id, now):
    return undo(actor=actor, operation=Operation.objects.get(pk=operation_id), now=now)


def test_a_task_stands_on_the_timeline_at_the_time_it_is_due(bob, now, olena):
    task_of(bob, now, entities=[olena], due_on=date(2026, 11, 5), due_at=time(14, 30))

    [entry] = timeline_of(olena, user=bob, now=now).ahead
    assert entry.subject == "Send the offer"
    assert entry.occurred_at == datetime(2026, 11, 5, 12, 30, tzinfo=UTC)
    assert entry.facts["assignees"] == ["Bob Sales"]
    assert entry.facts["is_over"] is False


def test_completing_moves_it_to_that_moment_and_undo_brings_it_back(bob, now, olena, heard):
    task = task_of(bob, now, entities=[olena], due_on=date(2026, 11, 5))
    later = now + timedelta(hours=1)

    operation = complete_task(actor=bob, task=task, now=later)

    task.refresh_from_db()
    assert (task.state, task.completed_by, task.completed_at) == ("done", bob, later)
    [entry] = timeline_of(olena, user=bob, now=later).entries
    assert (entry.verb, entry.occurred_at, entry.facts["is_over"]) == ("task.completed", later, True)
    assert heard == [("moved", "Send the offer", later)]
    assert TaskAssignee.objects.get().is_over

    result = put_back(bob, operation, later)

    assert result.conflicts == []
    task.refresh_from_db()
    assert (task.state, task.completed_at, task.completed_by) == ("open", None, None)
    [entry] = timeline_of(olena, user=bob, now=later).ahead
    assert (entry.verb, entry.facts["is_over"]) == ("task.added", False)
    assert not TaskAssignee.objects.get().is_over


def test_completing_twice_is_one_completion(alice, bob, now):
    task = task_of(alice, now, assignees=[alice.pk, bob.pk])

    assert complete_task(actor=bob, task=task, now=now)
    assert complete_task(actor=alice, task=task, now=now) is None

    task.refresh_from_db()
    assert task.completed_by == bob
    assert Operation.objects.filter(verb="task.completed").count() == 1


def test_who_is_given_a_task_is_told_and_the_giver_stays_its_author(alice, bob, now, heard):
    task = task_of(alice, now)
    assert heard == []

    assign_task(actor=alice, task=task, user_ids=[bob.pk], now=now)

    assert heard == [("task.assigned", "Send the offer", [bob.pk])]
    assert [duty.user for duty in task.assignees.all()] == [bob]
    task.refresh_from_db()
    assert task.activity.actor == alice
    assert task.activity.facts["assignees"] == ["Bob Sales"]
    assert list(Task.objects.given_by(alice)) == [task]
    assert list(Task.objects.in_hand_of([bob.pk])) == [task]


def test_who_hands_a_task_on_finds_it_among_what_they_have_given(alice, bob, charlie, now):
    task = task_of(alice, now, assignees=[bob.pk])

    assign_task(actor=bob, task=task, user_ids=[charlie.pk], now=now)

    assert list(Task.objects.given_by(bob)) == list(Task.objects.given_by(alice)) == [task]
    assert not Task.objects.given_by(charlie).exists()
    assert not Task.objects.in_hand_of([bob.pk]).exists()


def test_a_private_task_is_read_by_its_author_and_who_has_it_in_hand(ada, alice, bob, charlie, now):
    task = task_of(alice, now, visibility="private", assignees=[bob.pk])

    readers = [user for user in (ada, alice, bob, charlie) if Task.objects.visible_to(user).exists()]
    assert readers == [alice, bob]

    operation = assign_task(actor=alice, task=task, user_ids=[charlie.pk], now=now)
    readers = [user for user in (ada, alice, bob, charlie) if Task.objects.visible_to(user).exists()]
    assert readers == [alice, charlie]

    put_back(alice, operation, now)
    readers = [user for user in (ada, alice, bob, charlie) if Task.objects.visible_to(user).exists()]
    assert readers == [alice, bob]


def test_a_duty_opens_no_folder(ada, charlie, now, olena):
    Entity.objects.filter(pk=olena.pk).update(folder=FolderFactory(kind="restricted"))
    olena.refresh_from_db()

    with pytest.raises(ValidationError) as refused:
        task_of(ada, now, entities=[olena], assignees=[charlie.pk])
    assert "assignees" in refused.value.message_dict
    assert not Task.objects.exists()
    with pytest.raises(PermissionDenied):
        task_of(charlie, now, entities=[olena])


def test_only_people_of_the_house_are_given_tasks(bob, dora, now):
    with pytest.raises(ValidationError):
        task_of(bob, now, assignees=[dora.pk])


def test_strangers_to_a_task_see_it_but_leave_it_alone_while_teammates_lend_a_hand(alice, bob, charlie, now):
    task = task_of(bob, now)
    assert Task.objects.visible_to(charlie).exists()

    for act in (complete_task, cancel_task, reopen_task):
        with pytest.raises(PermissionDenied):
            act(actor=charlie, task=task, now=now)
    with pytest.raises(PermissionDenied):
        assign_task(actor=charlie, task=task, user_ids=[charlie.pk], now=now)
    with pytest.raises(PermissionDenied):
        add_item(actor=charlie, task=task, text="Mine", now=now)

    team = Team.objects.create(name="East")
    for user in (bob, charlie):
        TeamMembership.objects.create(team=team, user=user, valid_from=date(2026, 1, 1))
    assert complete_task(actor=charlie, task=task, now=now)


def test_a_repeated_task_comes_again_once_and_undo_takes_that_back(alice, bob, now, olena):
    task = task_of(
        alice, now, entities=[olena], assignees=[bob.pk], due_on=date(2026, 11, 2), rrule="FREQ=WEEKLY", items=["Call"]
    )

    operation = complete_task(actor=bob, task=task, now=now)

    again = Task.objects.open().get()
    assert (again.due_on, again.follows, again.rrule) == (date(2026, 11, 9), task, "FREQ=WEEKLY")
    assert again.activity.actor == alice
    assert [duty.user for duty in again.assignees.all()] == [bob]
    assert [item.text for item in again.items.all()] == ["Call"]
    assert [link.entity for link in again.activity.participants.all()] == [olena]

    put_back(bob, operation, now)
    assert Task.objects.get() == task
    complete_task(actor=bob, task=task, now=now)
    reopen_task(actor=bob, task=task, now=now)
    complete_task(actor=bob, task=task, now=now)
    assert Task.objects.open().count() == 1


def test_a_rule_that_has_ended_makes_no_further_task(bob, now):
    task = task_of(bob, now, due_on=date(2026, 11, 2), rrule="FREQ=DAILY;COUNT=2")

    complete_task(actor=bob, task=task, now=now)
    again = Task.objects.open().get()
    assert again.rrule == "FREQ=DAILY;COUNT=1"
    complete_task(actor=bob, task=again, now=now)

    assert not Task.objects.open().exists()


def test_words_people_and_contacts_change_together_and_go_back_together(alice, bob, now, olena):
    serhii = PersonFactory(first_name="Serhii", last_name="Bondar")
    task = task_of(alice, now, entities=[olena])
    data = TaskInput(
        subject="Send two offers",
        text="Oak and pine",
        zone=KYIV,
        entities=[serhii],
        assignees=[bob.pk],
        due_on=date(2026, 11, 7),
        priority=1,
    )

    operation = update_task(actor=alice, task=task, data=data, now=now)

    task = Task.objects.get()
    assert input_of(task, user=alice) == data
    assert not timeline_of(olena, user=alice, now=now).ahead
    assert timeline_of(serhii, user=alice, now=now).ahead[0].subject == "Send two offers"
    assert update_task(actor=alice, task=task, data=data, now=now) is None

    assert put_back(alice, operation, now).conflicts == []
    task = Task.objects.get()
    assert input_of(task, user=alice).subject == "Send the offer"
    assert [entry.subject for entry in timeline_of(olena, user=alice, now=now).entries] == ["Send the offer"]
    assert not timeline_of(serhii, user=alice, now=now).ahead
    assert task.activity.facts["assignees"] == ["Alice Manager"]


def test_contacts_that_the_editor_does_not_see_stay_with_the_task(ada, bob, now, olena):
    hidden = PersonFactory(last_name="Secret", folder=FolderFactory(kind="restricted"))
    task = task_of(ada, now, entities=[olena, hidden], assignees=[bob.pk])

    update_task(actor=bob, task=task, data=input_of(task, user=bob), now=now)

    assert {link.entity for link in task.activity.participants.all()} == {olena, hidden}


def test_undoing_its_creation_takes_a_task_away_unless_others_worked_on_it(alice, bob, now, olena):
    task = task_of(alice, now, entities=[olena], assignees=[bob.pk], items=["Call"])
    creation = Operation.objects.get(verb="task.added")
    ticked = tick_item(actor=bob, item=task.items.get(), is_done=True, now=now)

    assert put_back(alice, creation.pk, now).conflicts
    assert Task.objects.exists()
    assert Activity.objects.exists()

    # Once that is taken back, nothing of anybody's would be lost.
    assert put_back(bob, ticked, now).conflicts == []


def test_a_new_task_is_gone_by_undo(alice, bob, now, olena):
    task_of(alice, now, entities=[olena], assignees=[bob.pk], items=["Call"])
    creation = Operation.objects.get(verb="task.added")

    assert put_back(alice, creation.pk, now).conflicts == []
    assert not Task.objects.exists()
    assert not Activity.objects.exists()


def test_a_checklist_is_counted_on_the_entry(bob, now):
    task = task_of(bob, now, items=["Measure", "Draw"])
    third = add_item(actor=bob, task=task, text=" Send ", now=now)
    assert tick_item(actor=bob, item=third, is_done=True, now=now)
    assert tick_item(actor=bob, item=third, is_done=True, now=now) is None
    task.activity.refresh_from_db()
    assert task.activity.facts["items"] == [1, 3]

    operation = remove_item(actor=bob, item=third, now=now)
    put_back(bob, operation, now)

    task.activity.refresh_from_db()
    assert task.activity.facts["items"] == [1, 3]
    with pytest.raises(ValidationError):
        add_item(actor=bob, task=task, text=" ", now=now)


def test_a_snoozed_task_stays_due_and_is_shown_later(bob, now):
    task = task_of(bob, now, due_on=date(2026, 11, 3))

    snooze_task(actor=bob, task=task, until=date(2026, 11, 10), now=now)

    task.refresh_from_db()
    assert (task.due_on, task.shown_on) == (date(2026, 11, 3), date(2026, 11, 10))
    with pytest.raises(ValidationError):
        snooze_task(actor=bob, task=task, until=now.date(), now=now)
    snooze_task(actor=bob, task=task, until=None, now=now)
    task.refresh_from_db()
    assert task.shown_on == date(2026, 11, 3)


def test_cards_keep_the_order_they_are_given_on_the_board(bob, now):
    first, second, third = (task_of(bob, now + timedelta(minutes=n), subject=str(n)) for n in range(3))

    move_task(actor=bob, task=third, state="open", above=first.pk, below=second.pk, now=now)
    move_task(actor=bob, task=first, state="waiting", above=None, below=None, now=now)

    assert list(Task.objects.filter(state="open").order_by("position")) == [third, second]
    assert Task.objects.get(state="waiting") == first
    for _round in range(60):  # always between the same two
        move_task(actor=bob, task=first, state="open", above=third.pk, below=second.pk, now=now)
        first, second = second, first
    assert Task.objects.filter(state="open").values("position").distinct().count() == 3


def test_many_are_completed_handed_on_and_put_back_with_few_questions(
    alice, bob, charlie, now, olena, django_assert_max_num_queries
):
    mine = [task_of(bob, now, subject=str(n), entities=[olena], due_on=date(2026, 11, 5)) for n in range(60)]
    theirs = task_of(alice, now)
    ids = [task.pk for task in (*mine, theirs)]

    with django_assert_max_num_queries(60):
        given = assign_tasks(actor=bob, ids=ids, user_ids=[bob.pk, charlie.pk], now=now)
    assert (len(given.ids), given.skipped) == (60, 1)
    set_due(actor=bob, ids=ids, due_on=date(2026, 12, 1), zone=KYIV, now=now)
    with django_assert_max_num_queries(40):
        done = complete_tasks(actor=bob, ids=ids, now=now)

    assert Task.objects.filter(state="done").count() == 60
    assert Change.objects.filter(operation=done.operation_id, record_type="activities.task").count() == 60
    assert put_back(bob, done.operation_id, now).conflicts == []
    assert put_back(bob, given.operation_id, now).conflicts == []
    assert Task.objects.in_hand_of([bob.pk]).count() == 60
    assert not Task.objects.in_hand_of([charlie.pk]).exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("subject", "  "),
        ("zone", "Mars/Base"),
        ("due_at", time(9)),
        ("rrule", "FREQ=DAILY"),
        ("priority", 9),
        ("visibility", "all"),
    ],
)
def test_what_makes_no_sense_is_refused(bob, now, field, value):
    with pytest.raises(ValidationError):
        task_of(bob, now, **{field: value})
