"""Tasks as other programs know them: VTODOs brought in, mailed to whom they are given, read in the feed."""

from __future__ import annotations

import email
import email.policy
from datetime import date, time, timedelta

import icalendar
import pytest
import vobject
from django.urls import reverse

from apps.activities.models import Activity, Task
from apps.activities.services.calendar_import import bring, look
from apps.activities.services.feeds import calendar_file
from apps.activities.services.task_input import TaskInput
from apps.activities.services.tasks import add_task
from apps.core.models import OutgoingMail
from tests.contacts.factories import PersonFactory

pytestmark = pytest.mark.django_db

KYIV = "Europe/Kyiv"
FILE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Somebody//EN
BEGIN:VTODO
UID:offer@example.com
DTSTAMP:20261101T080000Z
SUMMARY:Send the offer
DUE:20261105T140000Z
PRIORITY:1
{more}END:VTODO
END:VCALENDAR
"""


def bring_in(user, now, more=""):
    text = FILE.replace("{more}", more).replace("\n", "\r\n")
    return bring(actor=user, plan=look(user=user, data=text.encode(), zone=KYIV, now=now), now=now)


def test_a_todo_becomes_a_task_once_and_follows_its_file(bob, now):
    report = bring_in(bob, now)
    bring_in(bob, now)

    assert (report.todos, report.broken) == (1, [])
    task = Task.objects.get()
    assert (task.activity.subject, task.due_on, task.due_at, task.priority) == (
        "Send the offer",
        date(2026, 11, 5),
        time(16),
        Task.Priority.HIGH,
    )
    assert [each.user for each in task.assignees.all()] == [bob]

    bring_in(bob, now + timedelta(days=1), more="DESCRIPTION:In oak\nSTATUS:COMPLETED\n")
    task.refresh_from_db()
    assert (task.state, task.activity.snippet, Task.objects.count()) == ("done", "In oak", 1)


def test_a_private_todo_stays_private(alice, bob, now):
    bring_in(bob, now, more="CLASS:PRIVATE\n")

    assert Task.objects.visible_to(bob).exists()
    assert not Task.objects.visible_to(alice).exists()


def test_who_is_given_a_task_gets_it_as_a_todo_by_mail(alice, bob, now):
    wish = TaskInput(
        subject="Замовити профіль", zone=KYIV, due_on=date(2026, 11, 5), assignees=[alice.pk], text="Дуб", priority=3
    )
    task = add_task(actor=bob, data=wish, now=now)

    mail = OutgoingMail.objects.get()
    assert mail.recipients == ["alice@example.com"]
    message = icalendar.Calendar.from_ical(_calendar_of(bytes(mail.raw)))
    assert message["METHOD"] == "REQUEST"
    todo = vobject.readOne(_calendar_of(bytes(mail.raw)).decode()).vtodo
    assert (todo.uid.value, todo.summary.value, todo.due.value) == (
        f"task-{task.pk}@rapport",
        "Замовити профіль",
        date(2026, 11, 5),
    )
    assert (todo.priority.value, todo.organizer.value) == ("9", "mailto:bob@example.com")
    assert todo.attendee.value == "mailto:alice@example.com"


def test_nobody_is_mailed_what_they_gave_themselves(bob, now):
    add_task(actor=bob, data=TaskInput(subject="Call", zone=KYIV), now=now)

    assert not OutgoingMail.objects.exists()


def test_the_feed_and_the_calendar_hold_what_is_mine_and_due(client, alice, bob, now):
    olena = PersonFactory()
    mine = TaskInput(subject="Mine", zone=KYIV, due_on=now.date(), assignees=[alice.pk], entities=[olena])
    task = add_task(actor=bob, data=mine, now=now)
    add_task(actor=bob, data=TaskInput(subject="Bob's", zone=KYIV, due_on=now.date(), entities=[olena]), now=now)

    feed = calendar_file(user=alice, now=now).decode()
    assert "SUMMARY:Mine" in feed
    assert "Bob's" not in feed
    client.force_login(alice)
    span = {"start": "2026-11-01T00:00:00Z", "end": "2026-11-08T00:00:00Z"}
    events = client.get(reverse("activities:calendar_events"), span).json()
    assert [(each["title"], each["start"], each["url"]) for each in events] == [
        ("Mine", "2026-11-02", f"/activities/tasks/{task.pk}/")
    ]
    of_olena = client.get(reverse("activities:calendar_events"), {**span, "of": f"contact:{olena.pk}"}).json()
    assert sorted(each["title"] for each in of_olena) == ["Bob's", "Mine"]
    assert Activity.objects.filter(kind="task").count() == 2


def _calendar_of(raw: bytes) -> bytes:
    """The part of a mail that programs act upon."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    part = next(each for each in message.walk() if each.get_content_type() == "text/calendar")
    assert part.get_param("method") == "REQUEST"
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content
