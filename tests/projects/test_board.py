"""The board of a project's tasks, and a task's state under the message that it came from."""

from __future__ import annotations

import pytest
from django.urls import reverse

from apps.activities.models import Task
from apps.activities.services.recording import Context
from apps.activities.services.task_input import TaskInput
from apps.activities.services.task_states import complete_task, move_task
from apps.activities.services.tasks import add_task
from apps.core.models import Operation
from apps.core.services.operations import undo
from apps.projects.models import Message
from apps.projects.project_reach import CONTEXT
from apps.projects.services.becoming import make_task
from apps.projects.services.members import make_group
from apps.projects.services.messages import post_message
from apps.projects.services.projects import make_project_of
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(alice, bob):
    group = make_group(actor=alice, title="Oak Street 5", users=[bob], now=NOW)
    return make_project_of(actor=alice, group=group, now=NOW)


def task(actor, project, subject, *, assignees=()):
    data = TaskInput(
        subject=subject,
        zone="Europe/Kyiv",
        assignees=[each.pk for each in assignees],
        context=Context(CONTEXT, project.pk),
    )
    return add_task(actor=actor, data=data, now=NOW)


def test_the_board_shows_the_projects_tasks_by_state_and_moves_them(
    client, alice, project, django_assert_max_num_queries
):
    measure, order = task(alice, project, "Measure"), task(alice, project, "Order")
    client.force_login(alice)
    address = reverse("projects:project_board", args=[project.pk])
    client.get(address)
    with django_assert_max_num_queries(17):
        page = client.get(address).content.decode()
    assert f'data-card="{measure.pk}"' in page
    move = reverse("projects:task_move", args=[project.pk, measure.pk])
    answer = client.post(
        move, {"place": "in_progress::", "seen": "open"}, headers={"HX-Request": "true", "HX-Target": "board"}
    )
    assert "card-board" in answer.content.decode()
    assert Task.objects.get(pk=measure.pk).state == "in_progress"
    assert "Waiting" in client.get(reverse("projects:task_move", args=[project.pk, order.pk])).content.decode()
    assert client.post(move, {"place": "nowhere"}).status_code == 422


def test_outsiders_and_other_projects_move_nothing(client, alice, charlie, project):
    own = task(alice, project, "Measure")
    other = make_project_of(actor=alice, group=make_group(actor=alice, title="Mill Lane 7", users=[], now=NOW), now=NOW)
    client.force_login(charlie)
    assert client.get(reverse("projects:project_board", args=[project.pk])).status_code == 404
    assert client.post(reverse("projects:task_move", args=[project.pk, own.pk]), {"place": "done"}).status_code == 404
    client.force_login(alice)
    assert client.post(reverse("projects:task_move", args=[other.pk, own.pk]), {"place": "done"}).status_code == 404
    assert Task.objects.get(pk=own.pk).state == "open"


def test_who_reads_a_task_but_may_not_change_it_sees_a_card_that_stays(client, alice, bob, project):
    own = task(alice, project, "Measure", assignees=[alice])
    client.force_login(bob)
    page = client.get(reverse("projects:project_board", args=[project.pk])).content.decode()
    assert "Measure" in page
    assert f'data-card="{own.pk}"' not in page
    assert client.post(reverse("projects:task_move", args=[project.pk, own.pk]), {"place": "done"}).status_code == 403


def test_a_tasks_state_shows_under_its_message_as_it_changes_and_is_undone(client, alice, project):
    said = post_message(actor=alice, group=project.group, client_id="message-1", text="Measure it", now=NOW)
    made = make_task(actor=alice, message=said, subject="Measure", zone="Europe/Kyiv", assignees=[alice.pk], now=NOW)
    client.force_login(alice)

    def shown():
        page = client.get(reverse("projects:changes", args=[project.pk]), {"after": 0}).content.decode()
        return page.partition('class="message__state">')[2].partition("<")[0]

    assert shown() == "Open"
    before = Message.objects.get().rev
    move_task(actor=alice, task=made, state="waiting", above=None, below=None, now=NOW)
    assert Message.objects.get().rev > before
    assert shown() == "Waiting"
    complete_task(actor=alice, task=Task.objects.get(), now=NOW)
    assert shown() == "Done"
    before = Message.objects.get().rev
    undo(actor=alice, operation=Operation.objects.get(verb="task.completed"), now=NOW)
    assert Message.objects.get().rev > before
    assert shown() == "Waiting"
