"""A day's or week's calendar and to-dos on paper."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from django.urls import reverse

from apps.accounts.preferences import reading_as
from apps.activities.selectors.agenda import agenda_of
from apps.activities.services.meeting_inputs import Guests, Span, Words
from apps.activities.services.meetings import plan_meeting
from apps.activities.services.printing import begin_print
from apps.activities.services.task_input import TaskInput
from apps.activities.services.tasks import add_task
from apps.core.documents import DocumentFailed, render
from apps.core.models import File, Operation
from apps.core.services import files
from apps.core.services.operations import run
from tests.contacts.factories import FolderFactory, PersonFactory
from tests.core.pdf_text import text_of_pdf

pytestmark = pytest.mark.django_db

KYIV = "Europe/Kyiv"
MONDAY = date(2026, 11, 2)


def day_of(user):
    with reading_as(user, zone=KYIV):
        return agenda_of(user, first=MONDAY, days=1, now=datetime(2026, 11, 2, 9, 30, tzinfo=UTC))


def at(day, hour=0) -> datetime:
    """By the wall clock, without a zone."""
    return datetime.combine(date(2026, 11, day), time(hour))


def plan(actor, subject, hour, now, *, zone=KYIV, guests=()):
    span = Span(at(2, hour), at(2, hour + 1), zone)
    plan_meeting(actor=actor, span=span, words=Words(subject, place="Lviv"), guests=Guests(list(guests)), now=now)


def test_a_day_holds_its_meetings_by_the_readers_clock_and_its_tasks(bob, now):
    olena = PersonFactory(display_name="Olena Koval")
    plan(bob, "Measure the school", 14, now, guests=[olena])
    plan(bob, "Early call", 7, now, zone="UTC")
    add_task(actor=bob, data=TaskInput(subject="Offer", zone=KYIV, due_on=MONDAY, due_at=time(16)), now=now)
    add_task(actor=bob, data=TaskInput(subject="Old promise", zone=KYIV, due_on=date(2026, 10, 1)), now=now)
    add_task(actor=bob, data=TaskInput(subject="Next week", zone=KYIV, due_on=date(2026, 11, 9)), now=now)

    agenda = day_of(bob)

    [day] = agenda["days"]
    assert [(each["when"], each["subject"], each["about"]) for each in day["meetings"]] == [
        ("09:00–10:00", "Early call", ""),
        ("14:00–15:00", "Measure the school", "Olena Koval"),
    ]
    assert [(each["when"], each["subject"]) for each in day["tasks"]] == [("16:00", "Offer")]
    assert [each["subject"] for each in agenda["overdue"]] == ["Old promise"]


def test_whole_days_stand_on_each_of_their_days_in_every_zone(bob, now):
    fair = Span(at(2), at(4), KYIV, is_all_day=True)
    plan_meeting(actor=bob, span=fair, words=Words("Trade fair"), now=now)

    with reading_as(bob, zone="America/New_York"):
        agenda = agenda_of(bob, first=MONDAY, days=3, now=now)

    assert [[each["when"] for each in day["meetings"]] for day in agenda["days"]] == [["All day"], ["All day"], []]


def test_a_name_that_the_reader_may_not_see_is_not_on_the_paper(ada, bob, now):
    hidden = PersonFactory(display_name="Secret", folder=FolderFactory(kind="restricted"))
    seen = PersonFactory(display_name="Olena")
    wish = TaskInput(subject="Offer", zone=KYIV, due_on=MONDAY, entities=[seen, hidden], assignees=[bob.pk])
    add_task(actor=ada, data=wish, now=now)

    [day] = day_of(bob)["days"]

    assert [each["about"] for each in day["tasks"]] == ["Olena"]


def test_the_worker_makes_a_pdf_that_its_reader_alone_fetches(client, alice, bob, now):
    add_task(actor=bob, data=TaskInput(subject="Запросити #let x на каву", zone=KYIV, due_on=MONDAY), now=now)
    operation = begin_print(actor=bob, first=MONDAY, days=7, now=now)

    run(operation_id=operation.pk, now=now)

    operation.refresh_from_db()
    assert operation.state == Operation.State.DONE
    client.force_login(bob)
    answer = client.get(reverse("activities:agenda_file", args=[operation.pk]))
    pdf = b"".join(answer.streaming_content)
    assert pdf.startswith(b"%PDF-1.7")
    assert answer["Content-Disposition"] == 'attachment; filename="2026-11-02+7.pdf"'
    assert "Запросити #let x на каву" in text_of_pdf(pdf).replace("\n", "")
    client.force_login(alice)
    assert client.get(reverse("activities:agenda_file", args=[operation.pk])).status_code == 404


def test_a_page_waits_for_it_and_offers_it(client, bob, now):
    client.force_login(bob)

    answer = client.post(reverse("activities:agenda_print"), {"first": "2026-11-02", "days": "1"}, follow=True)
    assert "operation-progress" in answer.content.decode()
    run(operation_id=Operation.objects.get(verb="agenda.printed").pk, now=now)

    assert "2026-11-02.pdf" in client.get(answer.request["PATH_INFO"]).content.decode()


def test_the_template_sets_without_a_warning_and_a_broken_one_is_told_of(bob, now, tmp_path, caplog):
    operation = begin_print(actor=bob, first=MONDAY, days=1, now=now)
    run(operation_id=operation.pk, now=now)
    operation.refresh_from_db()
    assert files.path(File.objects.get(pk=operation.result["file"])).is_file()
    broken = tmp_path / "broken.typ"
    broken.write_text('#let d = json(bytes(sys.inputs.data))\n#read("/etc/passwd")')

    with pytest.raises(DocumentFailed):
        render(broken, {})
