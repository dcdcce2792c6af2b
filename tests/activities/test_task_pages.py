"""The pages of tasks: by day, as a list, on the board; one button from anywhere."""

from __future__ import annotations

import re
from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Preferences, Team, TeamMembership
from apps.activities.models import Task
from apps.activities.services.task_input import TaskInput
from apps.activities.services.task_states import complete_task, snooze_task
from apps.activities.services.tasks import add_task
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.models import Operation
from tests.contacts.factories import FolderFactory, PersonFactory
from tests.core.home import whole_home

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _clock(monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.fixture
def olena(everyone_folder) -> Entity:
    return PersonFactory()


def task_of(actor, now, subject="Send the offer", **fields) -> Task:
    return add_task(actor=actor, data=TaskInput(**{"subject": subject, "zone": "Europe/Kyiv"} | fields), now=now)


def page(client, path) -> str:
    response = client.get(f"/activities/{path}")
    assert response.status_code == 200
    content: str = response.content.decode()
    return content


def order_of(content: str, *words: str) -> list[str]:
    return sorted(words, key=content.index)


def test_my_tasks_stand_under_the_day_they_are_for(client, bob, now):
    task_of(bob, now, "No day")
    task_of(bob, now, "Tomorrow", due_on=date(2026, 11, 3))
    task_of(bob, now, "Now", due_on=date(2026, 11, 2))
    task_of(bob, now, "Late", due_on=date(2026, 11, 1))
    put_off = task_of(bob, now, "Put off", due_on=date(2026, 11, 1))
    snooze_task(actor=bob, task=put_off, until=date(2026, 11, 9), now=now)
    gone = task_of(bob, now, "Finished", due_on=date(2026, 11, 2))
    complete_task(actor=bob, task=gone, now=now)
    client.force_login(bob)

    content = page(client, "tasks/")

    words = [
        "Overdue",
        ">Late<",
        ">Today<",
        ">Now<",
        ">Coming<",
        ">Tomorrow<",
        ">Put off<",
        "Without a day",
        ">No day<",
    ]
    assert order_of(content, *words) == words
    assert "Finished" not in content


def test_the_switch_tells_whose_tasks_one_sees(client, alice, bob, charlie, now):
    task_of(alice, now, "For Bob", assignees=[bob.pk])
    task_of(alice, now, "Her own")
    task_of(charlie, now, "A secret", visibility="private")

    def shown(user, path):
        client.force_login(user)
        content = page(client, path)
        return [word for word in ("For Bob", "Her own", "A secret") if word in content]

    assert shown(bob, "tasks/") == ["For Bob"]
    assert shown(alice, "tasks/") == ["Her own"]
    assert shown(alice, "tasks/of/given/") == ["For Bob"]
    assert shown(bob, "tasks/of/all/") == ["For Bob", "Her own"]
    assert shown(bob, "tasks/list/all/") == ["For Bob", "Her own"]
    assert shown(bob, "tasks/board/all/") == ["For Bob", "Her own"]
    assert shown(charlie, "tasks/of/all/") == ["For Bob", "Her own", "A secret"]
    assert client.get("/activities/tasks/of/nobodys/").status_code == 404


def test_long_lists_come_page_by_page_without_gaps(client, bob, now):
    for number in range(120):
        day = date(2026, 11, 3) + timedelta(days=number // 30) if number < 100 else None
        task_of(bob, now, f"Step {number:03}", due_on=day)
    client.force_login(bob)
    seen, path = [], "tasks/"
    for _round in range(3):
        content = page(client, path)
        seen += [f"Step {number:03}" for number in range(120) if f">Step {number:03}<" in content]
        _before, _sign, rest = content.partition('href="?after=')
        path = "tasks/?after=" + rest.partition('"')[0]

    assert seen == [f"Step {number:03}" for number in range(120)]
    assert page(client, "tasks/?after=nonsense").count("task-row__title") == 50


def test_one_button_completes_from_row_timeline_and_page(client, bob, now, olena):
    tasks = [task_of(bob, now, f"Step {number}", entities=[olena]) for number in range(3)]
    client.force_login(bob)

    row = client.post(f"/activities/tasks/{tasks[0].pk}/complete/?as=row", headers=HTMX)
    entry = client.post(f"/activities/tasks/{tasks[1].pk}/complete/?as=facts", headers=HTMX)
    whole = client.post(f"/activities/tasks/{tasks[2].pk}/complete/")

    assert "task-row--over" in row.content.decode()
    assert "Done" in entry.content.decode()
    assert whole.status_code == 302
    assert Task.objects.filter(state="done").count() == 3
    operation = Operation.objects.order_by("-pk")[0]
    assert f"/operations/{operation.pk}/undo/" in client.get(whole["Location"]).content.decode()


def test_strangers_meet_404_and_readers_who_may_not_act_403(client, ada, bob, charlie, now):
    hidden = PersonFactory(last_name="Secret", folder=FolderFactory(kind="restricted"))
    unseen = task_of(ada, now, entities=[hidden])
    seen = task_of(bob, now)
    client.force_login(charlie)

    for act in ("complete", "reopen", "cancel", "take", "move", "snooze", "items/add"):
        assert client.post(f"/activities/tasks/{unseen.pk}/{act}/").status_code == 404
        assert client.post(f"/activities/tasks/{seen.pk}/{act}/").status_code == 403
    assert client.get(f"/activities/tasks/{unseen.pk}/").status_code == 404
    assert client.get(f"/activities/tasks/{seen.pk}/").status_code == 200
    assert client.get(f"/activities/tasks/{seen.pk}/edit/").status_code == 403


def test_the_button_to_complete_stands_for_whoever_may(client, alice, bob, charlie, ada, now, olena):
    east = Team.objects.create(name="East")
    for user in (bob, ada):
        TeamMembership.objects.create(team=east, user=user, valid_from=now.date())
    task_of(bob, now, "Of bob", entities=[olena])
    task_of(alice, now, "For bob", entities=[olena], assignees=[bob.pk])
    task_of(alice, now, "Of alice", entities=[olena])
    task_of(ada, now, "Of a teammate", entities=[olena])

    mine = {"Of bob", "For bob", "Of a teammate"}
    for user, titles in ((bob, mine), (charlie, set()), (alice, {*mine, "Of alice"})):
        client.force_login(user)
        for path in (f"/contacts/{olena.pk}/", "/activities/all/"):
            shown = re.findall(r'aria-label="Complete: ([^"]+)"', client.get(path).content.decode())
            assert set(shown) == titles, (user, path)


def test_a_task_is_planned_from_a_contact_and_stands_on_its_page(client, alice, bob, now, olena):
    client.force_login(bob)
    sheet = client.get(f"/activities/tasks/new/?entity={olena.pk}", headers=HTMX).content.decode()
    assert "Olena Koval" in sheet

    given = {
        "subject": "Measure the windows",
        "assignees": [alice.pk],
        "entities": [olena.pk],
        "due_on": "2026-11-05",
        "due_at": "14:30",
        "priority": "1",
        "rrule": "FREQ=WEEKLY",
        "items": "Call\nDrive there\n",
        "visibility": "team",
    }
    response = client.post(f"/activities/tasks/new/?entity={olena.pk}", given)

    assert response["Location"] == f"/contacts/{olena.pk}/"
    task = Task.objects.get()
    assert [item.text for item in task.items.order_by("position")] == ["Call", "Drive there"]
    contact = client.get(f"/contacts/{olena.pk}/").content.decode()
    assert "Measure the windows" in contact
    assert f"/activities/tasks/{task.pk}/complete/?as=facts" in contact
    assert "Alice Manager" in contact
    read = page(client, f"tasks/{task.pk}/")
    assert "Every week" in read
    assert "Drive there" in read
    assert "Task added" in read


def test_a_form_that_makes_no_sense_comes_back_with_its_errors(client, bob, now, olena):
    client.force_login(bob)

    response = client.post("/activities/tasks/new/", {"subject": "", "priority": "2"}, headers=HTMX)
    assert response.status_code == 422
    response = client.post(
        "/activities/tasks/new/", {"subject": "Go", "priority": "2", "rrule": "FREQ=DAILY"}, headers=HTMX
    )
    assert response.status_code == 422
    assert "Say when it is due for the first time" in response.content.decode()


def test_an_edit_keeps_the_clock_that_nobody_touched(client, alice, bob, now):
    Preferences.objects.create(user=bob, time_zone="America/New_York")
    task = task_of(alice, now, assignees=[bob.pk], due_on=date(2026, 11, 5), due_at=time(14, 30))
    client.force_login(bob)
    assert 'value="07:30"' in page(client, f"tasks/{task.pk}/edit/")
    form = {"assignees": [bob.pk], "due_on": "2026-11-05", "due_at": "07:30", "priority": "2", "visibility": "public"}

    client.post(f"/activities/tasks/{task.pk}/edit/", {**form, "subject": "Send two"})

    task.refresh_from_db()
    assert (str(task.due_at), task.zone, task.activity.subject) == ("14:30:00", "Europe/Kyiv", "Send two")


def test_chosen_tasks_are_completed_given_and_moved_in_one_go(client, alice, bob, now):
    tasks = [task_of(bob, now, f"Step {number}") for number in range(5)]
    ids = [task.pk for task in tasks[:3]]
    client.force_login(bob)

    sheet = client.post("/activities/tasks/bulk/assign/?whose=mine", {"ids": ids}, headers=HTMX)
    assert "3 tasks are chosen" in sheet.content.decode()
    given = client.post(
        "/activities/tasks/bulk/assign/?whose=mine",
        {"ids": ids, "confirmed": "1", "assignees": [alice.pk, bob.pk]},
        headers=HTMX,
    )
    assert given.status_code == 204
    assert Task.objects.in_hand_of([alice.pk]).count() == 3
    client.post("/activities/tasks/bulk/due/?whose=mine", {"ids": ids, "confirmed": "1", "due_on": "2026-12-24"})
    assert Task.objects.filter(due_on=date(2026, 12, 24)).count() == 3
    client.post("/activities/tasks/bulk/complete/?whose=mine", {"all": "1", "match": "?f.due=2026-12-01&f.due="})
    assert Task.objects.filter(state="done").count() == 3
    client.post("/activities/tasks/bulk/cancel/?whose=mine", {"all": "1", "match": "?f.state=open"})
    assert Task.objects.filter(state="cancelled").count() == 2
    assert client.post("/activities/tasks/bulk/nothing/", {"ids": ids}).status_code == 404


def test_cards_move_on_the_board_with_and_without_javascript(client, bob, now):
    first, second = task_of(bob, now, "First"), task_of(bob, now + timedelta(minutes=1), "Second")
    client.force_login(bob)
    assert f'value="open:{second.pk}:"' in page(client, f"tasks/{first.pk}/move/?whose=mine")

    client.post(f"/activities/tasks/{first.pk}/move/", {"place": f"open:{second.pk}:"})
    assert order_of(page(client, "tasks/board/mine/"), ">First<", ">Second<") == [">Second<", ">First<"]
    dragged = {**HTMX, "HX-Target": "board"}
    answer = client.post(f"/activities/tasks/{first.pk}/move/?whose=mine", {"place": "done::"}, headers=dragged)
    assert 'id="board"' in answer.content.decode()
    first.refresh_from_db()
    assert first.state == "done"
    assert client.post(f"/activities/tasks/{first.pk}/move/", {"place": "nowhere"}).status_code == 422


def test_home_tells_what_is_due_and_what_waits(client, alice, bob, now):
    task_of(bob, now, "Mine today", due_on=date(2026, 11, 2))
    task_of(bob, now, "Mine later", due_on=date(2026, 12, 2))
    task_of(alice, now, "From Alice", assignees=[bob.pk])
    client.force_login(bob)

    content = whole_home(client)

    assert "Mine today" in content
    assert "From Alice" in content
    assert "Mine later" not in content


@pytest.mark.parametrize("path", ["tasks/", "tasks/of/all/", "tasks/list/all/", "tasks/board/all/", "tasks/{}/"])
def test_pages_ask_little_however_many_tasks_there_are(client, alice, bob, now, olena, path):
    tasks = [
        task_of(bob, now, f"Step {number}", entities=[olena], assignees=[alice.pk, bob.pk], due_on=date(2026, 11, 5))
        for number in range(70)
    ]
    client.force_login(bob)
    client.get(f"/activities/{path.format(tasks[0].pk)}")

    with CaptureQueriesContext(connection) as asked:
        response = client.get(f"/activities/{path.format(tasks[0].pk)}")

    assert len(asked) <= 12, [query["sql"][:150] for query in asked]
    assert len(response.content) < 100_000
