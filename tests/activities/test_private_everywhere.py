"""What is private is absent for others wherever the history is read, not blanked."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from apps.accounts.preferences import reading_as
from apps.activities.selectors.agenda import agenda_of
from apps.activities.selectors.visits import news_for
from apps.activities.services.feeds import make_feed
from apps.activities.services.meeting_inputs import Guests, Span, Words
from apps.activities.services.meetings import plan_meeting
from apps.activities.services.notes import add_note
from apps.activities.services.printing import begin_print
from apps.activities.services.task_input import TaskInput
from apps.activities.services.tasks import add_task
from apps.activities.services.visits import note_visit
from apps.core.models import File
from apps.core.services import files
from apps.core.services.operations import run
from tests.activities.test_task_api import api_of as api_of
from tests.activities.test_task_api import olena as olena
from tests.core.pdf_text import text_of_pdf

pytestmark = pytest.mark.django_db
SECRET = "Zebra"  # a word that stands nowhere else


@pytest.fixture
def secrets(alice, bob, now, olena):
    """Of bob's: a note, a task and a meeting about Olena, which Alice, a manager, sees; one open note beside them."""
    note_visit(user=alice, now=now)
    note_visit(user=bob, now=now)
    add_note(actor=bob, entity=olena, text=f"{SECRET} note", visibility="private", now=now)
    given = TaskInput(subject=f"{SECRET} task", zone="UTC", due_on=now.date(), entities=[olena], visibility="private")
    add_task(actor=bob, data=given, now=now)
    start = now.replace(tzinfo=None) + timedelta(hours=2)
    span = Span(start, start + timedelta(hours=1), "UTC")
    words = Words(f"{SECRET} meeting", visibility="private")
    plan_meeting(actor=bob, span=span, words=words, guests=Guests([olena]), now=now)
    add_note(actor=bob, entity=olena, text="Wants oak", now=now)


def pages(olena, bob) -> list[str]:
    period = "start=2026-11-01T00:00:00Z&end=2026-11-30T00:00:00Z"
    return [
        f"/contacts/{olena.pk}/",
        "/activities/all/",
        "/contacts/list/activity/",
        "/activities/tasks/of/all/",
        "/activities/tasks/list/all/",
        "/activities/tasks/board/all/",
        f"/activities/calendar/events/?of=user:{bob.pk}&{period}",
        f"/activities/calendar/events/?of=contact:{olena.pk}&{period}",
        f"/search/?q={SECRET}",
        "/",
    ]


def test_on_pages_and_in_counts(client, alice, bob, olena, secrets, now):
    client.force_login(alice)
    for path in pages(olena, bob):
        page = client.get(path)
        assert page.status_code == 200, path
        assert f"{SECRET} " not in page.content.decode(), path

    news = news_for(alice, now=now + timedelta(days=1))
    assert news is not None
    assert (news.count, [each.snippet for each in news.entries]) == (1, ["Wants oak"])
    client.force_login(bob)
    shown = [f"{SECRET} " in client.get(path).content.decode() for path in pages(olena, bob)]
    assert shown[:8] == [True] * 8  # its author finds it there


def test_in_the_api(alice, bob, olena, secrets, api_of):
    period = "since=2026-11-01T00:00:00Z&until=2026-12-01T00:00:00Z"
    paths = [
        f"/activities?contact_id={olena.pk}",
        "/tasks",
        f"/meetings?{period}&calendar=user:{bob.pk}",
        f"/meetings?{period}&calendar=contact:{olena.pk}",
    ]
    hers, his = api_of(alice), api_of(bob)
    for path in paths:
        assert SECRET not in hers("GET", path).content.decode(), path
        found = [each for each in his("GET", path).json()["items"] if SECRET in str(each)]
        assert found, path
        one = f"{path.partition('?')[0]}/{found[0]['id']}"
        assert (hers("GET", one).status_code, his("GET", one).status_code) == (404, 200)


def test_in_the_feed_and_on_paper(client, alice, bob, secrets, now):
    for user, is_there in ((alice, False), (bob, True)):
        feed = client.get(reverse("activities:feed", args=[make_feed(actor=user, now=now)])).content.decode()
        with reading_as(user, zone="UTC"):
            agenda = agenda_of(user, first=date(2026, 11, 2), days=1, now=datetime(2026, 11, 2, 9, 30, tzinfo=UTC))

        assert (SECRET in feed, SECRET in str(agenda)) == (is_there, is_there)


def test_on_the_pdf_of_a_day(alice, bob, olena, now):
    """Both are asked to the same open meeting, and each has something private on that day."""
    hour = timedelta(hours=1)
    for actor, word in ((alice, "Okapi"), (bob, SECRET)):
        start = now.replace(tzinfo=None) + 2 * hour
        words = Words(f"{word} meeting", text=f"{word} words", visibility="private")
        plan_meeting(actor=actor, span=Span(start, start + hour, "UTC"), words=words, guests=Guests([olena]), now=now)
        task = TaskInput(subject=f"{word} task", zone="UTC", due_on=now.date(), entities=[olena], visibility="private")
        add_task(actor=actor, data=task, now=now)
    start = now.replace(tzinfo=None) + 5 * hour
    together = Guests([olena], [alice])
    plan_meeting(actor=bob, span=Span(start, start + hour, "UTC"), words=Words("Round"), guests=together, now=now)

    for user, own, other in ((alice, "Okapi", SECRET), (bob, SECRET, "Okapi")):
        operation = begin_print(actor=user, first=now.date(), days=1, now=now)
        run(operation_id=operation.pk, now=now)
        operation.refresh_from_db()
        with files.open_file(File.objects.get(pk=operation.result["file"])) as stored:
            text = text_of_pdf(stored.read())

        assert all(f"{own} {each}" in text for each in ("meeting", "words", "task")), text
        assert "Round" in text
        assert other not in text
