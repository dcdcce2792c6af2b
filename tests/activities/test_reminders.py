"""Reminders: set, moved with their entry, sent once however many try and die."""

from __future__ import annotations

import json
import mailbox
import signal
import socket
import time
from datetime import timedelta
from email import policy
from email.parser import BytesParser

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command

from apps.activities.models import Activity, Notice, Reminder
from apps.activities.services.notes import remove_activity
from apps.activities.services.recording import Entry, move_in_time, record
from apps.activities.services.reminders import Wanted, set_reminders
from apps.activities.services.reminding import send_due
from apps.core import clock
from apps.core.embedded.mailsink import maildir_name
from apps.core.models import OutgoingMail
from apps.core.services import outbox
from tests.conftest import make_user
from tests.contacts.factories import FolderFactory, PersonFactory
from tests.core.processes import start

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _outbox(settings):
    settings.EMAIL_BACKEND = "apps.core.mail.OutboxBackend"
    settings.RAPPORT_SITE_URL = "https://rapport.example/"


@pytest.fixture
def olena(db):
    return PersonFactory(primary_email="olena@example.com", language="uk", time_zone="Europe/Lisbon")


def meeting(actor, now, *entities, at=HOUR, **fields) -> Activity:
    given = {"kind": "letter", "verb": "note.added", "subject": "Measure the windows", **fields}
    return record(Entry(occurred_at=now + at, entities=entities, **given), actor=actor, now=now)


def remind(actor, activity, now, *wanted) -> None:
    set_reminders(actor=actor, activity=activity, wanted=wanted, now=now)


def words_of(mail: OutgoingMail) -> tuple[str, str]:
    message = BytesParser(policy=policy.default).parsebytes(bytes(mail.raw))
    return message["Subject"], message.get_content()


def test_a_reminder_comes_on_time_in_the_app_and_by_mail_and_once(bob, now, olena):
    activity = meeting(bob, now, olena)
    remind(bob, activity, now, Wanted(15, "app", bob.pk), Wanted(15, "mail", bob.pk))

    assert send_due(now=now + timedelta(minutes=44)).due == 0
    counts = send_due(now=now + timedelta(minutes=45))
    again = send_due(now=now + HOUR)

    assert (counts.sent, counts.skipped, again.due) == (2, 0, 0)
    notice = Notice.objects.get(user=bob)
    assert (notice.event, notice.activity_id) == ("reminder", activity.pk)
    mail = OutgoingMail.objects.get()
    subject, body = words_of(mail)
    assert mail.recipients == ["bob@example.com"]
    assert subject == "Measure the windows, Mon, 2 Nov 2026, 12:30"  # Kyiv's time
    assert f"https://rapport.example/contacts/{olena.pk}/#activity-{activity.pk}" in body


def test_a_contact_is_reminded_by_mail_in_their_language_and_zone_without_our_notes(bob, now, olena):
    activity = meeting(bob, now, olena, text="He haggles")
    remind(bob, activity, now, Wanted(30, "mail", entity_id=olena.pk))

    send_due(now=now + HOUR)

    mail = OutgoingMail.objects.get()
    subject, body = words_of(mail)
    assert mail.recipients == ["olena@example.com"]
    assert subject.strip() == "Measure the windows, Пн, 02.11.2026, 10:30"
    assert "Europe/Lisbon" in body
    assert "haggles" not in body
    assert "rapport.example" not in body


def test_what_is_over_removed_hidden_or_without_address_is_skipped_and_counted(bob, now, olena):
    hidden = FolderFactory(kind="restricted")
    elsewhere = PersonFactory(folder=hidden)
    over = meeting(bob, now, olena, facts={"is_over": True})
    removed = meeting(bob, now, olena)
    nobody = PersonFactory()
    without = meeting(bob, now, nobody)
    unseen = meeting(bob, now, olena)
    for each in (over, removed, unseen):
        remind(bob, each, now, Wanted(5, "app", bob.pk))
    remind(bob, without, now, Wanted(5, "mail", entity_id=nobody.pk))
    remove_activity(actor=bob, activity=removed, now=now)
    unseen.audience = [elsewhere.folder_id]
    unseen.save()

    counts = send_due(now=now + HOUR)

    assert counts.as_json() == {
        "due": 4,
        "sent": 0,
        "skipped": 4,
        "removed": 1,
        "over": 1,
        "unseen": 1,
        "no_address": 1,
    }
    assert not Notice.objects.filter(user=bob).exists()
    assert not OutgoingMail.objects.exists()


def test_a_moved_entry_takes_its_reminders_along(bob, now, olena):
    activity = meeting(bob, now, olena)
    remind(bob, activity, now, Wanted(15, "app", bob.pk))

    move_in_time(activity, now + 3 * HOUR, now=now)

    assert send_due(now=now + 2 * HOUR).due == 0
    assert send_due(now=now + 3 * HOUR).sent == 1


def test_who_was_reminded_already_is_so_again_for_the_new_time(bob, now, olena):
    activity = meeting(bob, now, olena)
    remind(bob, activity, now, Wanted(15, "app", bob.pk))
    send_due(now=now + HOUR)

    move_in_time(activity, now + 5 * HOUR, now=now + HOUR)

    assert send_due(now=now + 2 * HOUR).due == 0
    assert send_due(now=now + 5 * HOUR).sent == 1


def test_a_task_that_is_done_reminds_of_nothing_until_it_is_open_again(bob, now, olena):
    task = meeting(bob, now, olena)
    remind(bob, task, now, Wanted(15, "app", bob.pk))

    move_in_time(task, now, now=now)
    assert send_due(now=now + HOUR).due == 0
    move_in_time(task, now + 2 * HOUR, now=now + HOUR)

    assert send_due(now=now + 2 * HOUR).sent == 1


def test_setting_anew_keeps_what_was_told_and_drops_what_is_not_wanted(bob, now, olena):
    activity = meeting(bob, now, olena)
    remind(bob, activity, now, Wanted(15, "app", bob.pk), Wanted(45, "app", bob.pk))
    send_due(now=now + timedelta(minutes=20))

    remind(bob, activity, now + timedelta(minutes=20), Wanted(45, "app", bob.pk))
    remind(bob, activity, now + timedelta(minutes=21), Wanted(45, "app", bob.pk), Wanted(50, "app", bob.pk))

    assert send_due(now=now + HOUR).due == 0
    assert Notice.objects.filter(user=bob).count() == 1


def test_only_who_may_change_an_entry_reminds_others(alice, bob, charlie, now, olena):
    activity = meeting(bob, now, olena)
    remind(charlie, activity, now, Wanted(5, "app", charlie.pk))

    with pytest.raises(PermissionDenied):
        remind(charlie, activity, now, Wanted(5, "app", alice.pk))
    with pytest.raises(PermissionDenied):
        remind(charlie, activity, now, Wanted(5, "mail", entity_id=olena.pk))
    remind(bob, activity, now, Wanted(5, "app", alice.pk))

    assert set(Reminder.objects.values_list("user", flat=True)) == {charlie.pk, alice.pk}


def test_an_outsider_sets_none(bob, charlie, now):
    own = PersonFactory(folder=FolderFactory(kind="personal", owner=bob))
    activity = meeting(bob, now, own)

    with pytest.raises(PermissionDenied):
        remind(charlie, activity, now, Wanted(5, "app", charlie.pk))


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(28 * 24 * 60 + 1, "app", 1),
        Wanted(5, "app"),
        Wanted(5, "mail", entity_id=1),
    ],
)
def test_what_makes_no_sense_is_refused(bob, now, olena, wanted):
    activity = meeting(bob, now, olena)

    with pytest.raises(ValidationError):
        remind(bob, activity, now, wanted)


def test_the_command_counts(bob, now, olena, capsys):
    activity = meeting(bob, now, olena)
    remind(bob, activity, now, Wanted(5, "app", bob.pk))
    Reminder.objects.update(remind_at=now - HOUR)

    call_command("send_reminders", "--json")

    assert json.loads(capsys.readouterr().out)["sent"] == 1


def test_reminders_are_set_from_the_page(client, bob, charlie, now, olena):
    activity = meeting(bob, clock.now(), olena)
    page = f"/activities/{activity.pk}/reminders/"
    client.force_login(bob)
    assert "15 minutes before" in client.get(page).content.decode()

    missing = client.post(page, {"contacts": [olena.pk]})
    assert missing.status_code == 422
    given = {"app": [15, 30], "mail": [5], "contacts": [olena.pk], "leads": [30]}
    assert client.post(page, given)["Location"] == f"/contacts/{olena.pk}/#activity-{activity.pk}"

    rows = Reminder.objects.values_list("user", "entity", "channel", "minutes_before")
    assert set(rows) == {
        (bob.pk, None, "app", 15),
        (bob.pk, None, "app", 30),
        (bob.pk, None, "mail", 5),
        (None, olena.pk, "mail", 30),
    }
    shown = client.get(page).context["form"]
    assert sorted(shown.initial["app"]) == [15, 30]
    client.post(page, {})
    assert not Reminder.objects.exists()

    client.force_login(charlie)
    assert "contacts" not in client.get(page).context["form"].fields


@pytest.mark.django_db(transaction=True)
def test_of_five_hundred_due_at_once_each_comes_once_though_a_sender_is_killed(settings, tmp_path, everyone_folder):
    bob = make_user("bob@example.com", "Bob Sales", "sales")
    moment = clock.now() - HOUR
    people = [PersonFactory(first_name=f"N{n}", primary_email=f"n{n}@example.com") for n in range(500)]
    for person in people:
        activity = meeting(bob, moment, person, at=HOUR / 2)
        Reminder.objects.create(
            activity=activity,
            entity=person,
            channel="mail",
            minutes_before=5,
            remind_at=moment,
            set_by=bob,
        )

    killed = start("tests.activities.slow_sender", stdout=-1)
    assert killed.stdout is not None
    assert killed.stdout.readline().strip() == "half-way"  # some portions are through, one is open
    other = start("tests.activities.sender", stdout=-1)
    time.sleep(0.2)
    killed.send_signal(signal.SIGKILL)
    killed.wait(10)
    assert other.wait(60) == 0
    send_due(now=clock.now())  # what the killed one held when the other had looked

    assert not Reminder.objects.exclude(outcome="sent").exists()
    boxes = tmp_path / "mail"
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        listener.set_inheritable(True)
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", listener.getsockname()[1]
        sink = start("apps.core.embedded.mailsink", str(listener.fileno()), str(boxes), pass_fds=(listener.fileno(),))
        try:
            while outbox.send_due(now=clock.now()):
                pass
        finally:
            sink.terminate()
            sink.wait(10)
    found = {n: len(mailbox.Maildir(boxes / maildir_name(f"n{n}@example.com"))) for n in range(500)}
    assert set(found.values()) == {1}
