"""Tasks and meetings on a phone: read, made, changed, thrown away; others' are answered, not changed."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from apps.activities.models import Activity, Meeting, Task
from apps.activities.models.spans import Span
from apps.activities.services.meeting_inputs import Guests, Repeat, Words
from apps.activities.services.meetings import answer_meeting, plan_meeting
from apps.activities.services.scopes import Scope
from apps.activities.services.task_input import TaskInput
from apps.activities.services.tasks import add_task
from tests.sync.dav.door import Phone

pytestmark = pytest.mark.django_db

TODO = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTODO\r\nUID:A1\r\nDTSTAMP:20261101T090000Z\r\n"
    "SUMMARY:Call Anna\r\nDUE;VALUE=DATE:20261105\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
)
EVENT = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:E1\r\nDTSTAMP:20261101T090000Z\r\n"
    "SUMMARY:Window fair\r\nDTSTART:20261210T080000Z\r\nDTEND:20261210T090000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
PLANNING = Words("Planning", "Bring plans", "Room 2")


@pytest.fixture(autouse=True)
def _today(now, monkeypatch):
    """The door asks the clock."""
    monkeypatch.setattr("apps.core.clock.now", lambda: now)


def meet(actor, now, words=PLANNING, **fields) -> Meeting:
    start = datetime(2026, 12, 1, 10, 0)  # noqa: DTZ001  # as the wall clock shows it
    span = Span(start, start.replace(hour=11), "Europe/Kyiv", False)
    return plan_meeting(actor=actor, span=span, words=words, now=now, **fields)


def test_the_calendars_stand_beside_the_address_books(alice):
    phone = Phone(alice)

    assert {f"{phone.home}tasks/", f"{phone.home}meetings/"} <= set(phone.list(phone.home))


def test_a_task_made_on_the_phone_is_done_there(alice, now):
    phone = Phone(alice)
    href = f"{phone.home}tasks/A1.ics"

    assert phone.ask("PUT", href, TODO, if_none_match="*").status == 201
    task = Task.objects.get()
    assert (str(task), str(task.due_on), task.assignees.get().user) == ("Call Anna", "2026-11-05", alice)

    answer = phone.ask("GET", href)
    done = answer.text.replace("STATUS:NEEDS-ACTION", "STATUS:COMPLETED\r\nCOMPLETED:20261102T093000Z")
    assert phone.ask("PUT", href, done, if_match=answer.headers["ETag"]).status == 204
    task.refresh_from_db()
    assert task.state == Task.State.DONE


def test_a_phone_that_drops_lines_changes_nothing_else_of_a_task(alice, now):
    data = TaskInput(
        subject="Offer",
        text="Three windows",
        zone="Europe/Kyiv",
        visibility="private",
        priority=1,
        assignees=[alice.pk],
    )
    task = add_task(actor=alice, data=data, now=now)
    phone = Phone(alice)
    (href,) = [each for each in phone.list(f"{phone.home}tasks/") if each.endswith(".ics")]
    answer = phone.ask("GET", href)
    text = answer.text.replace("CLASS:PRIVATE\r\n", "").replace("SUMMARY:Offer", "SUMMARY:Better offer")

    assert phone.ask("PUT", href, text, if_match=answer.headers["ETag"]).status == 204

    task.refresh_from_db()
    assert (task.activity.subject, task.activity.snippet) == ("Better offer", "Three windows")
    assert (task.activity.visibility, task.priority) == ("private", 1)


def test_a_stale_task_is_refused(alice, now):
    phone = Phone(alice)
    href = f"{phone.home}tasks/A1.ics"
    phone.ask("PUT", href, TODO)
    etag = phone.ask("GET", href).headers["ETag"]
    phone.ask("PUT", href, TODO.replace("Call Anna", "Call Boris"), if_match=etag)

    assert phone.ask("PUT", href, TODO, if_match=etag).status == 412
    assert str(Task.objects.get()) == "Call Boris"


def test_a_meeting_is_read_moved_and_called_off(alice, now):
    meeting = meet(alice, now)
    phone = Phone(alice)
    (href,) = [each for each in phone.list(f"{phone.home}meetings/") if each.endswith(".ics")]
    answer = phone.ask("GET", href)
    assert "SUMMARY:Planning" in answer.text
    assert "DTSTART;TZID=Europe/Kyiv:20261201T100000" in answer.text

    moved = answer.text.replace("T100000", "T140000").replace("T110000", "T150000")
    assert phone.ask("PUT", href, moved, if_match=answer.headers["ETag"]).status == 204
    meeting.refresh_from_db()
    assert meeting.starts_at == datetime(2026, 12, 1, 14, tzinfo=ZoneInfo("Europe/Kyiv"))
    assert meeting.place == "Room 2"

    assert phone.ask("DELETE", href).status == 200
    meeting.refresh_from_db()
    assert meeting.is_cancelled
    assert href not in phone.list(f"{phone.home}meetings/")


def test_a_meeting_made_on_the_phone_is_ones_own(alice):
    phone = Phone(alice)

    assert phone.ask("PUT", f"{phone.home}meetings/E1.ics", EVENT).status == 201

    made = Meeting.objects.get(uid="E1")
    assert (made.organiser, made.activity.subject) == (alice, "Window fair")


def test_to_anothers_meeting_one_only_answers(alice, bob, now):
    meeting = meet(alice, now, guests=Guests(users=[bob]))
    phone = Phone(bob)
    (href,) = [each for each in phone.list(f"{phone.home}meetings/") if each.endswith(".ics")]
    text = phone.ask("GET", href).text.replace("\r\n ", "")

    said = text.replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED").replace("SUMMARY:Planning", "SUMMARY:Mine")
    assert phone.ask("PUT", href, said).status == 204
    meeting.refresh_from_db()
    assert meeting.activity.subject == "Planning"
    assert meeting.attendees.get(user=bob).answer == "accepted"
    assert phone.ask("DELETE", href).status == 200
    assert meeting.attendees.get(user=bob).answer == "declined"
    meeting.refresh_from_db()
    assert not meeting.is_cancelled


def asked_thrice(alice, bob, now) -> list[Meeting]:
    """A weekly meeting of three, which Bob was asked to."""
    first = meet(alice, now, guests=Guests(users=[bob]), repeat=Repeat("FREQ=WEEKLY;COUNT=3"))
    return list(Meeting.objects.filter(series=first.series).order_by("recurrence_id"))


def answers_of(user, meetings) -> list[str]:
    return [meeting.attendees.get(user=user).answer for meeting in meetings]


def only_file(phone: Phone) -> tuple[str, str, str]:
    (href,) = [each for each in phone.list(f"{phone.home}meetings/") if each.endswith(".ics")]
    answer = phone.ask("GET", href)
    return href, answer.text.replace("\r\n ", ""), answer.headers["ETag"]


def test_an_organisers_phone_answers_for_none_of_the_guests(alice, bob, now):
    meetings = asked_thrice(alice, bob, now)
    answer_meeting(actor=bob, meeting=meetings[0], answer="accepted", scope=Scope.ALL, now=now)
    answer_meeting(actor=bob, meeting=meetings[1], answer="declined", now=now)
    phone = Phone(alice)
    href, text, etag = only_file(phone)

    assert phone.ask("PUT", href, text.replace("SUMMARY:Planning", "SUMMARY:Plans"), if_match=etag).status == 204

    assert Meeting.objects.filter(activity__subject="Plans").count() == 3
    assert answers_of(bob, meetings) == ["accepted", "declined", "accepted"]


def test_one_of_a_series_is_answered_by_itself(alice, bob, now):
    meetings = asked_thrice(alice, bob, now)
    phone = Phone(bob)
    href, text, etag = only_file(phone)
    event = text[text.index("BEGIN:VEVENT") : text.index("END:VEVENT") + len("END:VEVENT\r\n")]
    lines = [line for line in event.split("\r\n") if not line.startswith(("RRULE", "DTSTART", "DTEND"))]
    times = [f"{name};TZID=Europe/Kyiv:20261208T100000" for name in ("RECURRENCE-ID", "DTSTART")]
    one = "\r\n".join([lines[0], *times, "DTEND;TZID=Europe/Kyiv:20261208T110000", *lines[1:]])
    one = one.replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=DECLINED")
    all_of_it = event.replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED")

    answer = phone.ask("PUT", href, text.replace(event, all_of_it + one), if_match=etag)

    assert answer.status == 204
    assert answers_of(bob, meetings) == ["accepted", "declined", "accepted"]


def test_what_is_sent_back_as_it_was_answers_nothing(alice, bob, now):
    meetings = asked_thrice(alice, bob, now)
    answer_meeting(actor=bob, meeting=meetings[0], answer="accepted", scope=Scope.ALL, now=now)
    answer_meeting(actor=bob, meeting=meetings[0], answer="declined", now=now)
    phone = Phone(bob)
    href, text, etag = only_file(phone)

    assert phone.ask("PUT", href, text.replace("SUMMARY:Planning", "SUMMARY:Mine"), if_match=etag).status == 204

    assert answers_of(bob, meetings) == ["declined", "accepted", "accepted"]


def test_what_a_team_may_read_it_still_may(alice, now):
    words = Words("Planning", visibility=Activity.Visibility.TEAM)
    meeting = meet(alice, now, words=words)
    phone = Phone(alice)
    href, text, etag = only_file(phone)
    assert "CLASS:PRIVATE" in text

    assert phone.ask("PUT", href, text.replace("SUMMARY:Planning", "SUMMARY:Plans"), if_match=etag).status == 204

    meeting.activity.refresh_from_db()
    assert (meeting.activity.subject, meeting.activity.visibility) == ("Plans", "team")


def test_a_phone_that_empties_its_calendar_is_stopped(alice, now, monkeypatch):
    monkeypatch.setattr("apps.sync.services.calendars.MOST_DELETED", 1)
    meeting = meet(alice, now)
    phone = Phone(alice)
    phone.ask("PUT", f"{phone.home}tasks/A1.ics", TODO)
    href, _text, _etag = only_file(phone)

    assert phone.ask("DELETE", f"{phone.home}tasks/A1.ics").status == 200
    assert phone.ask("DELETE", href).status == 403
    meeting.refresh_from_db()
    assert not meeting.is_cancelled


def test_an_outsider_sees_neither_tasks_nor_meetings(alice, charlie, now):
    meet(alice, now)
    phone = Phone(alice)
    stranger = Phone(alice, password=phone.password, login=charlie.email)

    assert stranger.ask("PROPFIND", f"{phone.home}meetings/", depth="1").status == 401


def test_a_colleague_finds_nothing_of_ones_own_calendar(alice, bob, now):
    meet(alice, now)
    mine, other = Phone(alice), Phone(bob)

    assert other.ask("PROPFIND", f"{mine.home}meetings/", depth="1").status == 403
    assert not [each for each in other.list(f"{other.home}meetings/") if each.endswith(".ics")]


def test_a_token_tells_what_changed_in_the_calendar(alice, now):
    phone = Phone(alice)
    tasks = f"{phone.home}tasks/"
    before = phone.sync(tasks)
    phone.ask("PUT", f"{tasks}A1.ics", TODO)

    after = phone.sync(tasks, before.token())
    phone.ask("DELETE", f"{tasks}A1.ics")
    last = phone.sync(tasks, after.token())

    assert list(after.hrefs()) == [f"{tasks}A1.ics"]
    assert last.hrefs() == {f"{tasks}A1.ics": "404"}
    assert phone.sync(tasks, "http://radicale.org/ns/sync/other").status == 403
