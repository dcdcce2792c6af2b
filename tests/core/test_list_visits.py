"""What is new in a list since its reader's last visit. Time passes by moving what there is into the past."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db.models import F

from apps.activities.models import Task
from apps.activities.services.task_input import TaskInput
from apps.activities.services.task_items import add_item
from apps.activities.services.task_states import cancel_task, complete_task
from apps.activities.services.tasks import add_task
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.models import ListVisit, Operation
from apps.core.services.lists import note_list_visit
from apps.core.services.operations import undo
from tests.contacts.factories import PersonFactory

pytestmark = pytest.mark.django_db
PEOPLE = "/contacts/list/people/"
TASKS = "/activities/tasks/list/all/"
VISIT = "/lists/contacts.entities/visit/"


def marked(page: str) -> list[str]:
    """The rows of a list that are marked, by their names."""
    cells = re.findall(r'<th class="rows__cell--main".*?</th>', page, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", each) for each in cells if "rows__new" in each]


def let_pass(**time: int) -> None:
    delta = timedelta(**time)
    ListVisit.objects.update(seen_at=F("seen_at") - delta, since_at=F("since_at") - delta)
    Entity.objects.update(modified_at=F("modified_at") - delta)
    Task.objects.update(changed_at=F("changed_at") - delta)


@pytest.fixture
def look(client, bob):
    """Bob opens a list, and his browser tells that it is there."""
    client.force_login(bob)

    def open_list(path=PEOPLE):
        page = client.get(path).content.decode()
        if address := re.search(r'hx-post="(/lists/[^"]+)"', page):
            assert client.post(unescape(address[1])).status_code == 204
        return page

    return open_list


@pytest.fixture
def people(everyone_folder):
    return [PersonFactory(first_name="", last_name=name, display_name=name) for name in ("Anders", "Brandt", "Conrad")]


def change(person, user) -> None:
    Entity.objects.filter(pk=person.pk).update(modified_at=clock.now(), modified_by=user)


def test_what_others_changed_is_marked_until_the_visit_after(look, alice, bob, people):
    anders, brandt, _conrad = people
    assert marked(look()) == []
    let_pass(hours=1)
    change(anders, alice)
    change(brandt, bob)  # his own is no news
    let_pass(days=1)

    # He stays longer than the pause that ends a visit: it is new all the time.
    for _look in range(4):
        page = look()
        assert "Anders" in str(marked(page))
        assert len(marked(page)) == 1
        let_pass(minutes=20)
    assert "New since your last visit" in page

    let_pass(days=1)
    assert marked(look()) == []


def test_the_filter_shows_what_is_new_alone(look, client, alice, people):
    look()
    let_pass(hours=1)
    change(people[2], alice)

    page = look(f"{PEOPLE}?f.new=yes")
    assert len(marked(page)) == page.count('class="rows__row"') == 1
    assert re.search(r"New since \d", page)
    # All matches of it are those again, for the selection bar too.
    asked = client.post("/contacts/bulk/folder/?tab=people", {"all": "1", "match": "?f.new=yes"})
    assert "One contact is chosen" in asked.content.decode()


def test_whoever_never_was_there_finds_nothing_new(look, people):
    assert "New since" not in look()
    ListVisit.objects.all().delete()

    assert "Nothing matches" in look(f"{PEOPLE}?f.new=yes")


def test_what_was_changed_after_the_page_was_made_is_new_the_next_time(look, alice, bob, people):
    note_list_visit(actor=bob, list_key="contacts.entities", seen_at=clock.now() - timedelta(seconds=2))
    change(people[0], alice)
    note_list_visit(actor=bob, list_key="contacts.entities", seen_at=clock.now() - timedelta(seconds=1))
    let_pass(days=1)

    assert len(marked(look())) == 1


@pytest.mark.parametrize("seen", ["", "yesterday", "2026-13-45T00:00Z", "2999-01-01T00:00:00Z", "2001-01-01T00:00:00Z"])
def test_nonsense_about_when_a_page_was_seen_counts_as_now(client, bob, seen):
    client.force_login(bob)
    before = clock.now()

    assert client.post(f"{VISIT}?seen={seen}").status_code == 204
    assert before <= ListVisit.objects.get(user=bob).seen_at <= clock.now()


def test_an_outsider_has_no_visits_of_a_list(client, dora):
    client.force_login(dora)

    assert client.post(VISIT).status_code == 404
    assert not ListVisit.objects.exists()


def test_a_look_a_moment_ago_needs_no_telling(look):
    assert VISIT in look()
    assert VISIT not in look()
    let_pass(seconds=90)
    assert VISIT in look()


def test_tasks_are_new_when_noted_changed_or_done_by_others(look, alice, bob):
    def planned(subject):
        data = TaskInput(subject=subject, zone="UTC", assignees=[bob.pk])
        return add_task(actor=alice, data=data, now=clock.now())

    _seen, done, ticked, dropped = (planned(each) for each in ("Seen", "Done", "Ticked", "Dropped"))
    assert marked(look(TASKS)) == []
    let_pass(hours=1)
    complete_task(actor=alice, task=done, now=clock.now())
    add_item(actor=alice, task=ticked, text="Measure", now=clock.now())
    cancel_task(actor=bob, task=dropped, now=clock.now())
    planned("Fresh")

    assert sorted(marked(look(TASKS))) == ["Done", "Fresh", "Ticked"]
    assert marked(look(f"{TASKS}?f.new=yes&sort=title")) == ["Done", "Fresh", "Ticked"]


def test_the_stamp_of_a_task_stands_in_the_way_of_no_undo(alice, bob, now):
    task = add_task(actor=alice, data=TaskInput(subject="Offer", zone="UTC"), now=now)
    complete_task(actor=alice, task=task, now=now)

    undo(actor=alice, operation=Operation.objects.get(verb="task.completed"), now=now)
    task.refresh_from_db()
    assert task.state == "open"

    undo(actor=alice, operation=Operation.objects.get(verb="task.added"), now=now)
    assert not Task.objects.exists()


def test_a_list_of_events_and_one_of_users_mark_what_is_new(client, ada):
    client.force_login(ada)
    for path in ("/accounts/users/", "/accounts/audit/", "/contacts/trash/", "/activities/unplanned/all/"):
        page = client.get(path)
        assert (path, page.status_code) == (path, 200)
        assert "/visit/" in page.content.decode(), path
