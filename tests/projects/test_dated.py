"""What a group said before it became a project: pins in About, messages that name a day offered as tasks."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from apps.activities.models import Task
from apps.core import clock
from apps.projects.dates import day_in
from apps.projects.models import Message
from apps.projects.services.members import make_group
from apps.projects.services.messages import post_message
from apps.projects.services.projects import make_project_of
from apps.projects.services.reactions import pin_message
from tests.conftest import NOW

TODAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Delivery on 2026-12-05", date(2026, 12, 5)),
        ("Delivery 5.12.2026, please", date(2026, 12, 5)),
        ("Delivery 05.12.26.", date(2026, 12, 5)),
        ("Привезуть 5.12.", date(2026, 12, 5)),
        ("Was on 28.11", date(2027, 11, 28)),
        ("On the 5th December 2026", date(2026, 12, 5)),
        ("Монтаж 7 січня", date(2027, 1, 7)),
        ("From 1.11.2026 until 3.12.2026", date(2026, 12, 3)),
        ("Over on 2026-11-01", None),
        ("Version 1.2.3.4, 31.02, 10.5 m of 2026", None),
        ("29 лютого", None),
        ("Today: 29.11", TODAY),
    ],
)
def test_days_are_read_out_of_messages(text, day):
    assert day_in(text, today=TODAY) == day


@pytest.mark.django_db
def test_messages_that_name_a_day_become_tasks_and_pins_stand_in_about(client, alice, bob, charlie):
    group = make_group(actor=alice, title="Oak Street 5", users=[bob], now=NOW)
    year = clock.now().year + 1
    said = [
        post_message(actor=bob, group=group, client_id=f"message-{number}", text=text, now=NOW)
        for number, text in enumerate((f"Windows come on 5.03.{year}", "Gate code 4711", f"Doors on {year}-04-01"))
    ]
    pin_message(actor=alice, message=said[1], wanted=True, now=NOW)
    make_project_of(actor=alice, group=group, now=NOW)
    client.force_login(bob)
    about = reverse("projects:project_about", args=[group.pk])
    page = client.get(about).content.decode()
    assert "Gate code 4711" in page
    assert "2 messages name a day to come" in page
    address = reverse("projects:tasks_of_messages", args=[group.pk])
    assert "Gate code" not in client.get(address).content.decode()
    client.post(address, {"messages": [said[0].pk]})
    task = Task.objects.get()
    assert (task.due_on, task.activity.subject) == (date(year, 3, 5), f"Windows come on 5.03.{year}")
    assert "1 message names a day to come" in client.get(about).content.decode()
    assert client.post(address, {"messages": [said[1].pk]}).status_code == 422
    client.force_login(charlie)
    assert client.get(address).status_code == 404
    assert Message.objects.count() == 3
