"""A thousand tasks at once, and two people at one task."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.activities.models import Activity, Task, TaskAssignee
from apps.activities.models.reach import HOUSE
from apps.activities.services.task_copies import refresh_tasks
from apps.activities.services.task_duties import assign_tasks
from apps.activities.services.task_input import TaskInput
from apps.activities.services.task_states import complete_task, complete_tasks, set_due
from apps.activities.services.tasks import add_task
from apps.core.models import Operation
from apps.core.services.operations import undo

COUNT = 1000


def crowd(bob, now: datetime) -> list[int]:
    """A thousand tasks of bob's, written past the services, which would take their time."""
    entries = Activity.objects.bulk_create(
        Activity(
            kind="task",
            verb="task.added",
            actor=bob,
            occurred_at=now,
            created_at=now,
            subject=f"Step {number}",
            audience=[HOUSE],
        )
        for number in range(COUNT)
    )
    days = [date(2026, 10, 20) + timedelta(days=number % 40) if number % 5 else None for number in range(COUNT)]
    Task.objects.bulk_create(
        Task(activity=entry, zone="UTC", due_on=day, position=entry.pk)
        for entry, day in zip(entries, days, strict=True)
    )
    TaskAssignee.objects.bulk_create(TaskAssignee(task_id=entry.pk, user=bob, assigned_at=now) for entry in entries)
    ids = [entry.pk for entry in entries]
    refresh_tasks(ids, now=now)
    return ids


@pytest.mark.django_db
def test_a_thousand_are_handed_on_completed_and_put_back_set_by_set(alice, bob, now):
    ids = crowd(bob, now)
    acts = (
        lambda: assign_tasks(actor=bob, ids=ids, user_ids=[bob.pk, alice.pk], now=now),
        lambda: set_due(actor=bob, ids=ids, due_on=date(2027, 1, 5), zone="UTC", now=now),
        lambda: complete_tasks(actor=bob, ids=ids, now=now),
    )
    operations: list[int | None] = []
    for act in acts:
        with CaptureQueriesContext(connection) as asked:
            changed = act()
        assert (len(changed.ids), changed.skipped) == (COUNT, 0)
        assert len(asked) < 60, len(asked)
        operations.append(changed.operation_id)

    for pk in reversed(operations):
        assert undo(actor=bob, operation=Operation.objects.get(pk=pk or 0), now=now).conflicts == []
    assert Task.objects.in_hand_of([bob.pk]).count() == COUNT
    assert not Task.objects.in_hand_of([alice.pk]).exists()
    assert Task.objects.filter(due_on__isnull=True).count() == COUNT // 5


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["", "of/all/", "list/all/?f.state=open", "board/mine/"])
def test_a_page_of_a_thousand_is_as_light_as_one_of_ten(client, bob, now, path):
    crowd(bob, now)
    client.force_login(bob)
    client.get(f"/activities/tasks/{path}")

    with CaptureQueriesContext(connection) as asked:
        response = client.get(f"/activities/tasks/{path}")

    assert response.status_code == 200
    assert len(asked) <= 12, [query["sql"][:150] for query in asked]
    assert len(response.content) < 100_000


@pytest.mark.django_db(transaction=True)
def test_two_who_complete_it_at_once_complete_it_once(alice, bob, now):
    data = TaskInput(
        subject="Call", zone="UTC", assignees=[alice.pk, bob.pk], due_on=date(2026, 11, 2), rrule="FREQ=WEEKLY"
    )
    task = add_task(actor=alice, data=data, now=now)
    start, done = threading.Barrier(2), list[int | None]()

    def complete(user) -> None:
        start.wait()
        try:
            done.append(complete_task(actor=user, task=task, now=now))
        finally:
            connection.close()

    threads = [threading.Thread(target=complete, args=[user]) for user in (alice, bob)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len([pk for pk in done if pk]) == 1
    assert Task.objects.filter(state="done").count() == 1
    assert Task.objects.open().count() == 1  # the next occurrence
