"""What the people of the demo company have to do: late, today, soon, some day; given to each other."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.conf import settings

from apps.accounts.models import User
from apps.activities.models import Task
from apps.activities.services.task_input import TaskInput
from apps.activities.services.task_states import cancel_task, complete_task, move_task
from apps.activities.services.tasks import add_task
from apps.contacts.models import Entity

# (what, who gives it, who does it, days from today or None, priority, state, rule)
_TASKS = (
    ("Send the offer for eleven oak windows", "sales", "sales", -2, 1, "open", ""),
    ("Передзвонити щодо терміну поставки", "manager", "sales", 0, 2, "open", ""),
    ("Prepare the monthly report", "manager", "sales", 0, 2, "in_progress", "FREQ=MONTHLY"),
    ("Zamówić próbki profili", "sales", "sales", 1, 2, "waiting", ""),
    ("Call about the trade fair", "manager", "manager", 3, 3, "open", ""),
    ("Перевірити договір постачання", "manager", "finance", 5, 1, "open", ""),
    ("Weekly round with the dealers", "manager", "manager", 4, 2, "open", "FREQ=WEEKLY"),
    ("Clean up the price list", "sales", "content", None, 3, "open", ""),
    ("Ask for pictures of the finished house", "content", "sales", None, 2, "open", ""),
    ("Send the new catalogue", "sales", "sales", -3, 2, "done", ""),
)


_MORE = (
    "Call back", "Send prices", "Передзвонити", "Уточнити розміри", "Wycena poprawiona", "Muster schicken",
    "Check the measurements", "Підготувати договір", "Ask about the payment", "Termin bestätigen",
)  # fmt: skip
_LATER = 90  # tasks over three weeks before and after, beside those above


def plan_tasks(users: dict[str, User], now: datetime) -> None:
    """Each about a contact of the demo; in all states, of all days."""
    people = list(Entity.objects.people().filter(source="import").order_by("pk")[: len(_TASKS) + _LATER])
    for (subject, giver, doer, days, priority, state, rule), person in zip(_TASKS, people, strict=False):
        data = _task(subject, person, users[doer], days, now, priority=priority, rrule=rule)
        task = add_task(actor=users[giver], data=data, now=now)
        _bring_to(task, state, users[doer], now)
    for number, person in enumerate(people[len(_TASKS) :]):
        days = number % 43 - 21
        owner = users[("sales", "manager", "claims", "finance", "project", "content")[number % 6]]
        state = ("open", "in_progress", "waiting", "done", "cancelled")[number % 5] if days >= 0 else "done"
        data = _task(_MORE[number % len(_MORE)], person, owner, days, now, priority=number % 3 + 1)
        began = now - timedelta(days=25)
        task = add_task(actor=owner, data=data, now=began)
        _bring_to(task, state, owner, min(now, began + timedelta(days=days + 25, hours=3)))


def _task(
    subject: str, person: Entity, doer: User, days: int | None, now: datetime, *, priority: int, rrule: str = ""
) -> TaskInput:
    return TaskInput(
        subject=subject,
        zone=settings.RAPPORT_TIME_ZONE,
        entities=[person],
        assignees=[doer.pk],
        due_on=now.date() + timedelta(days=days) if days is not None else None,
        due_at=time(10, 30) if days == 0 else None,
        priority=priority,
        rrule=rrule,
    )


def _bring_to(task: Task, state: str, doer: User, now: datetime) -> None:
    if state == "done":
        complete_task(actor=doer, task=task, now=now)
    elif state == "cancelled":
        cancel_task(actor=doer, task=task, now=now)
    elif state != "open":
        move_task(actor=doer, task=task, state=state, above=None, below=None, now=now)
