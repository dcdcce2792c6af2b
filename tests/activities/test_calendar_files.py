# ruff: noqa: DTZ001  # wall clocks have no zone
"""Calendar files in and out: imports, the secret feed, invitations and their answers, the command."""

from __future__ import annotations

import email
import io
import json
from datetime import UTC, datetime, timedelta
from email.policy import default
from pathlib import Path

import icalendar
import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from apps.activities.formats.ical_items import Item, Person, When
from apps.activities.formats.ical_read import read_calendar
from apps.activities.formats.ical_write import write_calendar
from apps.activities.models import Activity, Attendee, Meeting, Series, Task
from apps.activities.services import calendar_import, feeds
from apps.activities.services.calendar_work import run_bring
from apps.activities.services.meeting_changes import change_meeting, move_meeting
from apps.activities.services.meeting_inputs import Address, Guests, Repeat, Span, Words
from apps.activities.services.meetings import cancel_meeting, plan_meeting
from apps.activities.services.replies import ReplyRefused, take_reply
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EmailInput, EntityInput, UnitInput
from apps.core import clock
from apps.core.models import Operation, OutgoingMail
from apps.core.services.operations import Progress, begin_undo, run, undo
from tests.contacts.factories import FolderFactory

pytestmark = pytest.mark.django_db
HERE = "Europe/Kyiv"
GUEST = Guests(addresses=[Address("guest@example.com", "Guest")])


@pytest.fixture
def olena(ada, everyone_folder, now):
    units = [UnitInput(emails=[EmailInput("olena@example.com")])]
    return create_entity(actor=ada, data=EntityInput(first_name="Olena", last_name="Koval", units=units), now=now)


@pytest.fixture
def sarah(ada, now):
    """In a folder that only administrators see."""
    hidden = FolderFactory(kind="restricted")
    return create_entity(actor=ada, data=EntityInput(first_name="Sarah", folder_id=hidden.pk), now=now)


def hour(day: int, of_day: int) -> Span:
    start = datetime(2026, 11, day, of_day)
    return Span(start, start + timedelta(hours=1), HERE)


def plan(actor, now, subject: str = "Windows", day: int = 5, **more) -> Meeting:
    words = Words(subject, visibility=more.pop("visibility", "public"))
    return plan_meeting(actor=actor, span=hour(day, 10), words=words, now=now, **more)


def item(subject: str = "Fair", *, day: int = 5, hour: int = 10, uid: str = "u@x", **more) -> Item:
    start = datetime(2026, 11, day, hour)
    return Item("event", uid, subject, When(start, start + timedelta(hours=1), HERE), **more)


def bring(user, now, *items: Item, method: str = "") -> calendar_import.Report:
    data = write_calendar(items, stamp=now, method=method)
    look = calendar_import.look(user=user, data=data, zone=HERE, now=now)
    return calendar_import.bring(actor=user, plan=look, now=now)


def shown(user) -> list[str]:
    found = Meeting.objects.filter(organiser=user, activity__removed_at=None).select_related("activity")
    return sorted(f"{each.local_start} {each.activity.subject} {each.status}" for each in found)


# --- import -----------------------------------------------------------------------------------------------------------
def test_every_real_file_is_brought_in_or_refused_with_a_reason(corpus: Path, bob, now):
    for path in sorted((corpus / "ics").rglob("*.ics")):
        look = calendar_import.look(user=bob, data=path.read_bytes(), zone=HERE, now=now)
        report = calendar_import.bring(actor=bob, plan=look, now=now)
        again = calendar_import.bring(actor=bob, plan=look, now=now)

        taken = report.created + report.updated + report.unchanged + report.answers + report.todos
        assert taken + len(report.broken) == len(look.parsed.items) + len(look.parsed.broken), path
        assert all(each.reason for each in report.broken)
        assert again.created == 0, path
    assert Meeting.objects.count() > 60
    assert not OutgoingMail.objects.exists()


def test_the_same_uid_is_the_same_meeting(bob, alice, now):
    first = bring(bob, now, item(), item("Other", uid="o@x"))
    same = bring(bob, now, item())
    changed = bring(bob, now, item("Fair, moved", hour=12, sequence=1))
    older = bring(bob, now, item("Old"))
    hers = bring(alice, now, item())

    assert (first.created, same.unchanged, changed.updated, older.unchanged, hers.created) == (2, 1, 1, 1, 1)
    assert shown(bob) == ["2026-11-05T10:00:00 Other confirmed", "2026-11-05T12:00:00 Fair, moved confirmed"]


def test_a_series_comes_with_what_differs_from_it(bob, now):
    master = item(rule="FREQ=WEEKLY;COUNT=4", left_out=[datetime(2026, 11, 12, 10)])
    moved = item("Moved", day=20, hour=15, recurrence=datetime(2026, 11, 19, 10))
    gone = item(day=26, recurrence=datetime(2026, 11, 26, 10), status="cancelled")

    report = bring(bob, now, moved, master, gone)

    assert not report.broken
    assert shown(bob) == [
        "2026-11-05T10:00:00 Fair confirmed",
        "2026-11-20T15:00:00 Moved confirmed",
        "2026-11-26T10:00:00 Fair cancelled",
    ]
    bring(bob, now, item("Later", hour=11, rule="FREQ=WEEKLY;COUNT=4", sequence=1))
    assert shown(bob)[0] == "2026-11-05T11:00:00 Later confirmed"


def test_an_import_is_undone_as_a_whole(bob, alice, olena, now):
    bring(bob, now, item("Kept", uid="k@x"))
    people = [Person(olena.primary_email, "Olena"), Person(alice.email, "Alice", "accepted"), Person("new@example.com")]
    weekly = item("Weekly", uid="w@x", rule="FREQ=WEEKLY;COUNT=4", people=people)
    file = [
        weekly,
        item("Moved", uid="w@x", day=20, recurrence=datetime(2026, 11, 19, 10)),
        item("Gone", uid="g@x", status="cancelled"),
        item("Kept, moved", uid="k@x", hour=12, sequence=1),
        Item("todo", "t@x", "Send the offer"),
    ]

    report = bring(bob, now, *file)
    assert (report.created, report.updated, report.todos, report.broken) == (2, 2, 1, [])
    result = undo(actor=bob, operation=Operation.objects.get(pk=report.operation_id or 0), now=now)

    assert not result.conflicts
    assert shown(bob) == ["2026-11-05T10:00:00 Kept confirmed"]
    assert not Task.objects.exists()
    assert not Activity.objects.filter(participants__entity=olena).exists()
    assert not Series.objects.exists()
    again = bring(bob, now, *file)
    assert (again.created, again.todos, again.broken) == (2, 1, [])


def test_a_file_that_changes_nothing_leaves_nothing_to_undo(bob, now):
    bring(bob, now, item())

    assert bring(bob, now, item()).operation_id is None


def test_what_is_called_off_elsewhere_is_called_off_here(bob, now):
    bring(bob, now, item())

    bring(bob, now, item(sequence=1), method="CANCEL")

    assert shown(bob) == ["2026-11-05T10:00:00 Fair cancelled"]


def test_no_file_calls_off_a_meeting_of_our_own(bob, now):
    meeting = plan(bob, now)

    report = bring(bob, now, item(uid=meeting.uid, sequence=9), method="CANCEL")

    assert report.unchanged == 1
    assert shown(bob) == ["2026-11-05T10:00:00 Windows confirmed"]


def test_guests_of_a_file_are_colleagues_contacts_or_addresses_and_nobody_is_invited(bob, alice, olena, now):
    people = [Person("alice@example.com", "A", "accepted"), Person("olena@example.com"), Person("x@example.com", "X")]

    bring(bob, now, item(people=people))

    rows = Attendee.objects.order_by("pk")
    assert {(row.user, row.entity, row.email) for row in rows} == {
        (alice, None, "alice@example.com"),
        (None, olena, "olena@example.com"),
        (None, None, "x@example.com"),
    }
    assert rows.get(user=alice).answer == "accepted"
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "FREQ=DAILY;COUNT=99999;BYMONTH=2;BYMONTHDAY=30;INTERVAL=7"])
def test_bombs_are_refused_or_harmless(bob, now, rule):
    data = write_calendar([item()], stamp=now).replace(b"STATUS:", b"RRULE:" + rule.encode() + b"\r\nSTATUS:")

    look = calendar_import.look(user=bob, data=data, zone=HERE, now=now)
    calendar_import.bring(actor=bob, plan=look, now=now)

    assert look.broken or Meeting.objects.count() == 1


def test_the_page_shows_what_is_in_a_file_before_it_is_brought_in(client, bob):
    client.force_login(bob)
    address = reverse("activities:calendar_bring")
    broken = b"\r\nBEGIN:VEVENT\r\nSUMMARY:Bad\r\nEND:VEVENT"
    upload = io.BytesIO(write_calendar([item("<Fair>")], stamp=clock.now()) + broken)
    upload.name = "fair.ics"

    page = client.post(address, {"file": upload})
    assert "&lt;Fair&gt;" in page.content.decode()
    assert "doesn&#x27;t say when it begins" in page.content.decode()
    assert not Meeting.objects.exists()
    done = client.post(address, {"kept": page.context["plan"].key})

    assert Meeting.objects.count() == 1
    assert "What came of it" in done.content.decode()
    assert client.post(address, {"kept": "nothing"}).status_code == 302
    assert client.post(address, {}).status_code == 422


def test_a_large_file_is_brought_in_by_a_worker_and_undone_as_a_whole(client, bob, now):
    client.force_login(bob)
    address = reverse("activities:calendar_bring")
    days = [item(f"Day {n}", day=n % 28 + 1, uid=f"{n}@x") for n in range(150)]
    upload = io.BytesIO(write_calendar([*days, item("Daily", rule="FREQ=DAILY;COUNT=60")], stamp=clock.now()))
    upload.name = "large.ics"
    plan = client.post(address, {"file": upload}).context["plan"]

    left = client.post(address, {"kept": plan.key})
    operation = Operation.objects.get(verb="calendar.imported")
    assert left["Location"] == f"/operations/{operation.pk}/"
    assert not Meeting.objects.exists()
    run(operation_id=operation.pk, now=now)

    operation.refresh_from_db()
    assert (operation.state, operation.done, operation.total) == ("done", 151, 151)
    assert (operation.result["created"], operation.message) == (151, "151 created, 0 updated, 0 refused.")
    assert len(shown(bob)) == 210
    # A worker that takes it up again finds everything done.
    assert run_bring(operation, Progress(operation))["unchanged"] == 151
    begin_undo(actor=bob, operation=operation, now=clock.now())
    run(operation_id=Operation.objects.get(undo_of=operation).pk, now=clock.now())
    assert shown(bob) == []


def test_a_worker_brings_in_nothing_for_nobody(now):
    operation = Operation.objects.create(verb="calendar.imported", state="pending", created_at=now)

    run(operation_id=operation.pk, now=now)

    operation.refresh_from_db()
    assert (operation.state, operation.message) == ("failed", "Nobody asked for this.")


# --- feed and files ---------------------------------------------------------------------------------------------------
def test_a_feed_holds_what_its_user_may_read_and_nothing_else(sarah, client, ada, alice, bob, olena):
    now = clock.now()
    plan(bob, now, "Mine", guests=Guests([olena], [bob, alice]), repeat=Repeat("FREQ=WEEKLY;COUNT=3"))
    both = plan(ada, now, "Both", guests=Guests([olena, sarah], [bob]))
    Attendee.objects.filter(entity=sarah).update(email="sarah@example.com")
    plan(alice, now, "Hers")
    Activity.objects.filter(pk=plan(alice, now, "Secret", guests=Guests(users=[bob])).pk).update(
        visibility="private", readers=[alice.pk * 2]
    )
    token = feeds.make_feed(actor=bob, now=now)

    answer = client.get(reverse("activities:feed", args=[token]))

    calendar = icalendar.Calendar.from_ical(answer.content)
    assert sorted({str(each["SUMMARY"]) for each in calendar.walk("VEVENT")}) == ["Both", "Mine"]
    assert b"sarah" not in answer.content
    assert answer["Content-Type"].startswith("text/calendar")
    assert both.attendees.count() == 3
    feeds.make_feed(actor=bob, now=now)
    assert client.get(reverse("activities:feed", args=[token])).status_code == 404


def test_a_feed_ends_with_its_user(client, bob, now):
    token = feeds.make_feed(actor=bob, now=now)
    bob.is_active = False
    bob.save()

    assert client.get(reverse("activities:feed", args=[token])).status_code == 404
    assert client.get(reverse("activities:feed", args=["x" * 5000])).status_code == 404


def test_a_feed_takes_as_many_queries_whatever_there_is(client, bob, olena, django_assert_max_num_queries):
    now = clock.now()
    for day in range(5, 15):
        plan(bob, now, day=day, guests=Guests([olena]), repeat=Repeat("FREQ=WEEKLY;COUNT=3"))
    token = feeds.make_feed(actor=bob, now=now)

    with django_assert_max_num_queries(12):
        client.get(reverse("activities:feed", args=[token]))


def test_a_meeting_is_handed_out_as_a_file(client, alice, bob, now):
    meeting = plan(bob, now, guests=GUEST)
    secret = plan(bob, now, visibility="private")
    client.force_login(alice)

    content = client.get(reverse("activities:meeting_ics", args=[meeting.pk])).content
    refused = client.get(reverse("activities:meeting_ics", args=[secret.pk]))

    found = read_calendar(content, zone="UTC").items[0]
    assert (found.subject, found.when and found.when.zone, found.people[0].email) == (
        "Windows",
        HERE,
        "guest@example.com",
    )
    assert refused.status_code == 404


def test_a_series_with_its_exceptions_survives_the_way_out_and_in(bob, alice, now):
    first = plan(bob, now, repeat=Repeat("FREQ=WEEKLY;COUNT=4"))
    second, third = Meeting.objects.order_by("local_start")[1:3]
    move_meeting(
        actor=bob, meeting=second, span=Span(datetime(2026, 11, 13, 15), datetime(2026, 11, 13, 16), HERE), now=now
    )
    cancel_meeting(actor=bob, meeting=third, now=now)
    data = feeds.calendar_file(user=bob, now=now)

    look = calendar_import.look(user=alice, data=data, zone="UTC", now=now)
    calendar_import.bring(actor=alice, plan=look, now=now)
    own = calendar_import.bring(actor=bob, plan=calendar_import.look(user=bob, data=data, zone="UTC", now=now), now=now)

    assert shown(alice) == shown(bob)
    assert own.created == 0
    assert first.series


def test_the_command_writes_a_calendar(tmp_path, bob, now):
    plan(bob, clock.now(), "Mine")
    file, plain = tmp_path / "bob.ics", tmp_path / "bob.json"

    call_command("export_calendar", user="Bob@example.com", output=file)
    call_command("export_calendar", user="bob@example.com", output=plain, json=True)

    assert [each.subject for each in read_calendar(file.read_bytes(), zone=HERE).items] == ["Mine"]
    assert json.loads(plain.read_text("utf-8"))[0]["subject"] == "Mine"
    with pytest.raises(CommandError):
        call_command("export_calendar", user="nobody@example.com", output=file)


# --- invitations and answers ------------------------------------------------------------------------------------------
def mails() -> list[tuple[str, str, Item]]:
    """Address, method and meeting of each mail."""
    found = []
    for mail in OutgoingMail.objects.order_by("pk"):
        message = email.message_from_bytes(bytes(mail.raw), policy=default)
        part = next(each for each in message.walk() if each.get_content_type() == "text/calendar")
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        parsed = read_calendar(content, zone="UTC")
        assert part.get_param("method") == parsed.method
        found.append((mail.recipients[0], parsed.method, parsed.items[0]))
    return found


def test_who_is_asked_gets_an_invitation_its_changes_and_its_end(bob, alice, olena, now):
    meeting = plan(bob, now, guests=Guests([olena], [alice, bob], [Address("guest@example.com")]))
    move_meeting(
        actor=bob, meeting=meeting, span=Span(datetime(2026, 11, 6, 9), datetime(2026, 11, 6, 10), HERE), now=now
    )
    change_meeting(actor=bob, meeting=Meeting.objects.get(), guests=Guests([olena]), now=now)
    cancel_meeting(actor=bob, meeting=Meeting.objects.get(), now=now)

    sent = [(address, method, each.sequence) for address, method, each in mails()]
    everybody = ["alice@example.com", "guest@example.com", "olena@example.com"]
    assert sorted(sent[:3]) == [(each, "REQUEST", 0) for each in everybody]
    assert sorted(sent[3:6]) == [(each, "REQUEST", 1) for each in everybody]
    assert sorted(sent[6:8]) == [("alice@example.com", "CANCEL", 1), ("guest@example.com", "CANCEL", 1)]
    assert sent[8:] == [("olena@example.com", "CANCEL", 2)]


def test_a_series_is_one_invitation(bob, now):
    plan(bob, now, guests=GUEST, repeat=Repeat("FREQ=WEEKLY;COUNT=4"))

    (address, method, invitation), *others = mails()

    assert (address, method, invitation.rule, others) == ("guest@example.com", "REQUEST", "FREQ=WEEKLY;COUNT=4", [])


def test_nobody_is_invited_to_what_is_over(bob, now):
    plan(bob, now + timedelta(days=30), guests=GUEST)

    assert mails() == []


def reply(meeting: Meeting, answer: str = "accepted", **more) -> Item:
    sender = more.pop("sender", "guest@example.com")
    more = {"stamp": datetime(2026, 11, 2, 10, tzinfo=UTC), "uid": meeting.uid, **more}
    return item(people=[Person(sender, "", answer)], **more)


def test_an_answer_sets_the_status_of_who_was_invited(bob, now):
    meeting = plan(bob, now, guests=GUEST)

    report = bring(bob, now, reply(meeting), method="REPLY")

    assert report.answers == 1
    assert meeting.attendees.get().answer == "accepted"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"uid": "another@x"}, "no meeting of yours"),
        ({"sender": "stranger@example.com"}, "wasn't invited"),
        ({"stamp": datetime(2026, 11, 2, 9, tzinfo=UTC)}, "later answer"),
        ({"sequence": 0}, "earlier invitation"),
    ],
)
def test_an_answer_of_a_stranger_or_of_yesterday_changes_nothing(bob, now, change, reason):
    meeting = plan(bob, now, guests=GUEST)
    move_meeting(
        actor=bob, meeting=meeting, span=Span(datetime(2026, 11, 6, 9), datetime(2026, 11, 6, 10), HERE), now=now
    )
    later = now + timedelta(hours=2)
    take_reply(actor=bob, item=reply(meeting, "declined", sequence=1), now=later)

    with pytest.raises(ReplyRefused, match=reason):
        take_reply(actor=bob, item=reply(meeting, **{"sequence": 1, **change}), now=later)

    assert meeting.attendees.get().answer == "declined"


def test_an_answer_to_another_users_meeting_is_refused(bob, alice, now):
    meeting = plan(bob, now, guests=GUEST)

    with pytest.raises(ReplyRefused):
        take_reply(actor=alice, item=reply(meeting), now=now)
    with pytest.raises(ReplyRefused):
        take_reply(actor=bob, item=reply(meeting), now=now, sender="other@example.com")


def test_an_answer_to_a_series_is_one_to_each_of_it(bob, now):
    meeting = plan(bob, now, guests=GUEST, repeat=Repeat("FREQ=WEEKLY;COUNT=3"))

    take_reply(actor=bob, item=reply(meeting), now=now)
    take_reply(actor=bob, item=reply(meeting, "declined", recurrence=datetime(2026, 11, 12, 10)), now=now)

    answers = Attendee.objects.order_by("meeting__recurrence_id").values_list("answer", flat=True)
    assert list(answers) == ["accepted", "declined", "accepted"]
