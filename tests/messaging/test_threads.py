"""A thread: read, archived, put off, assigned, shared, filed, and what is made of its mails."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Team, TeamMembership
from apps.activities.models import Activity, Meeting, Notice, Task
from apps.core import clock
from apps.core.models import Operation, OutgoingMail
from apps.messaging.models import Bounce, MailCopy, MailShare, ThreadState
from apps.messaging.services.filing import file_messages
from apps.messaging.services.threads import assign_threads
from tests.contacts.factories import EmailAddressFactory, PersonFactory
from tests.messaging.factories import Part, mail_in, mailbox_of

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _clock(monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.fixture
def box(bob):
    return mailbox_of(bob)


@pytest.fixture
def shared(alice, bob):
    account = mailbox_of(None, "info@house.example")
    account.members.set([alice, bob])
    return account


@pytest.fixture
def olena(everyone_folder):
    person = PersonFactory()
    EmailAddressFactory(unit__entity=person, address="olena@example.com")
    return person


def page(client, mail) -> str:
    response = client.get(f"/mail/threads/{mail.thread_id}/")
    assert response.status_code == 200
    content: str = response.content.decode()
    return content


def state_of(mail, account) -> ThreadState:
    return ThreadState.objects.get(thread=mail.thread, account=account)


def test_a_thread_shows_its_mails_from_the_oldest_with_people_and_files(client, bob, box, olena, now):
    first = mail_in(box, subject="Windows", text="How much?", at=now - 2 * HOUR, is_seen=True)
    mail_in(
        box,
        subject="Re: Windows",
        text="I wait.\n\nOn Monday Bob wrote:\n> See below",
        cc="Petro <petro@other.example>",
        parts=[Part("plan.pdf", "application/pdf", b"%PDF-1"), Part("R&D.exe", "application/x-msdownload", b"MZ")],
        thread=first.thread,
        at=now,
    )
    client.force_login(bob)

    content = page(client, first)

    assert content.index("How much?") < content.index("I wait.")
    assert content.count('<details class="message panel"') == 2
    assert content.count(" open>") == 1  # the newest; the earlier one is folded
    assert f'<a href="/contacts/{olena.pk}/">Olena Koval</a>' in content
    assert "&lt;petro@other.example&gt;" in content
    assert "plan.pdf" in content
    assert "R&amp;D.exe" in content
    assert content.count("Look at") == 1  # the PDF alone
    assert content.index("Quoted text") < content.rindex("See below")


def test_opening_a_thread_reads_it_with_a_request_of_its_own(client, bob, box, now):
    mail = mail_in(box)
    client.force_login(bob)

    content = page(client, mail)
    assert MailCopy.objects.filter(is_seen=False).count() == 1  # a GET writes nothing
    assert f'hx-post="/mail/threads/{mail.thread_id}/seen/"' in content
    answer = client.post(f"/mail/threads/{mail.thread_id}/seen/", {"ids": [mail.pk]})

    assert answer.status_code == 204
    assert MailCopy.objects.filter(is_seen=True, is_dirty=True).count() == 1
    assert state_of(mail, box).unread_count == 0
    assert "/seen/" not in page(client, mail)


def test_what_became_of_a_sent_mail_stands_on_it(client, bob, box, now):
    envelope = OutgoingMail.objects.create(
        state="accepted",
        sender="bob@example.com",
        recipients=["olena@example.com"],
        message_id="<a@b>",
        dedupe_key="a",
        raw=b"",
        created_at=now,
        not_before=now,
        finished_at=now,
        server="mx.example.com",
        last_error="250 2.0.0 queued as 42",
    )
    fields = {"outgoing": envelope, "state": "bounced", "opened_at": now}
    mail = mail_in(box, sender="bob@example.com", subject="Offer", is_outgoing=True, fields=fields)
    Bounce.objects.create(
        message=mail,
        recipient="olena@example.com",
        is_permanent=True,
        status="5.1.1",
        diagnostic="No such user",
        happened_at=now,
    )
    client.force_login(bob)

    content = page(client, mail)

    for words in ("Taken by mx.example.com", "250 2.0.0 queued as 42", "5.1.1 No such user", "Came back", "Opened"):
        assert words in content


def test_a_thread_is_archived_and_what_comes_later_brings_it_back(client, bob, box):
    mail = mail_in(box)
    client.force_login(bob)

    answer = client.post(f"/mail/threads/{mail.thread_id}/archive/")
    assert answer.url == "/mail/"
    assert state_of(mail, box).is_archived

    client.post(f"/mail/threads/{mail.thread_id}/inbox/")
    assert not state_of(mail, box).is_archived


def test_a_thread_is_put_off_till_a_morning_by_the_readers_clocks(client, bob, box, now):
    mail = mail_in(box)
    client.force_login(bob)
    path = f"/mail/threads/{mail.thread_id}/snooze/"

    assert client.get(path).status_code == 200
    assert client.post(path, {"answered": "1", "choice": "day"}).status_code == 422
    assert client.post(path, {"answered": "1", "choice": "day", "day": "2026-11-01"}).status_code == 422
    client.post(path, {"answered": "1", "choice": "monday"})

    assert state_of(mail, box).snoozed_until == datetime(2026, 11, 9, 6, tzinfo=UTC)
    client.post(f"/mail/threads/{mail.thread_id}/wake/")
    assert state_of(mail, box).snoozed_until is None


def test_no_answer_is_needed_until_they_write_again(client, bob, box):
    mail = mail_in(box, state={"needs_answer": True})
    client.force_login(bob)

    client.post(f"/mail/threads/{mail.thread_id}/waive/")

    assert not state_of(mail, box).needs_answer
    client.post(f"/mail/threads/{mail.thread_id}/seen/", {"ids": [mail.pk]})  # the row is worked out anew
    assert not state_of(mail, box).needs_answer


def test_a_thread_is_assigned_to_whoever_reads_the_mailbox_and_tells_them(
    client, alice, bob, charlie, shared, olena, now
):
    mail = mail_in(shared, subject="Windows")
    file_messages([mail], now=now)
    client.force_login(alice)
    path = f"/mail/threads/{mail.thread_id}/assign/"

    choices = client.get(path).content.decode()
    assert "Bob Sales" in choices
    assert "Charlie" not in choices
    assert client.post(path, {"answered": "1", "assignee": charlie.pk}).status_code == 422
    client.post(path, {"answered": "1", "assignee": bob.pk})

    assert state_of(mail, shared).assignee == bob
    [notice] = Notice.objects.filter(verb="mail.assigned")
    assert notice.user == bob
    client.force_login(bob)
    assert "Alice Manager asks you to see to this: Windows" in client.get("/activities/notices/").content.decode()
    assert "Windows" in client.get("/mail/?box=assigned").content.decode()


def test_nobody_is_assigned_to_a_mailbox_that_they_do_not_read(bob, charlie, box, now):
    mail = mail_in(box)

    with pytest.raises(Exception, match="doesn't read this mailbox"):
        assign_threads(actor=bob, states=[state_of(mail, box)], assignee=charlie, now=now)


def test_a_shared_thread_is_read_by_the_colleague_and_taken_back(client, alice, bob, charlie, box, olena, now):
    mail = mail_in(box, text="Between us")
    mail_in(box, subject="Another", text="Not for her")
    file_messages([mail], now=now)
    client.force_login(alice)
    assert client.get(f"/mail/threads/{mail.thread_id}/").status_code == 404

    client.force_login(bob)
    client.post(f"/mail/threads/{mail.thread_id}/share/", {"answered": "1", "users": [alice.pk]})
    assert "Shared with colleagues" in page(client, mail)

    client.force_login(alice)
    content = page(client, mail)
    assert "Between us" in content
    assert "/archive/" not in content  # it isn't hers
    assert client.post(f"/mail/threads/{mail.thread_id}/archive/").status_code == 404
    assert client.post(f"/mail/threads/{mail.thread_id}/seen/", {"ids": [mail.pk]}).status_code == 204
    assert MailCopy.objects.get(message=mail).is_seen is False  # bob hasn't read it
    client.force_login(charlie)
    assert client.get(f"/mail/threads/{mail.thread_id}/").status_code == 404

    client.force_login(bob)
    share = MailShare.objects.get()
    assert f"/share/{share.pk}/stop/" in client.get(f"/mail/threads/{mail.thread_id}/share/").content.decode()
    client.post(f"/mail/threads/{mail.thread_id}/share/{share.pk}/stop/")
    client.force_login(alice)
    assert client.get(f"/mail/threads/{mail.thread_id}/").status_code == 404


def test_a_team_reads_what_is_shared_with_it(client, alice, bob, charlie, box, now):
    mail = mail_in(box, text="For the team")
    team = Team.objects.create(name="East")
    TeamMembership.objects.create(team=team, user=alice, valid_from=date(2026, 1, 1))
    client.force_login(bob)
    client.post(f"/mail/threads/{mail.thread_id}/share/", {"answered": "1", "team": team.pk})

    client.force_login(alice)
    assert "For the team" in page(client, mail)
    client.force_login(charlie)
    assert client.get(f"/mail/threads/{mail.thread_id}/").status_code == 404


def test_who_reads_some_mails_of_a_thread_sees_only_these(client, alice, bob, box, now):
    hers = mailbox_of(alice)
    mail = mail_in(box, hers, subject="Plan", text="For both")
    secret = mail_in(box, subject="Re: Plan", text="Bob alone", thread=mail.thread, at=now + HOUR)
    client.force_login(alice)

    content = page(client, mail)

    assert "For both" in content
    assert "Bob alone" not in content
    assert content.count('<details class="message panel"') == 1
    row = client.get("/mail/").content.decode()
    assert 'class="mail-row__count"' not in row  # one mail, not two
    assert "Bob alone" not in row
    assert client.get(f"/mail/messages/{secret.pk}/frame/").status_code == 404


def test_a_mail_that_was_thrown_away_leaves_the_thread(client, bob, box, now):
    mail = mail_in(box, text="First")
    second = mail_in(box, text="Second", thread=mail.thread, at=now + HOUR)
    client.force_login(bob)

    answer = client.post(f"/mail/messages/{second.pk}/act/trash/")
    assert answer.url == f"/mail/threads/{mail.thread_id}/"
    assert "Second" not in page(client, mail)

    assert client.post(f"/mail/messages/{mail.pk}/act/trash/").url == "/mail/"
    assert client.get(f"/mail/threads/{mail.thread_id}/").status_code == 404
    operation = Operation.objects.filter(verb="mail.trashed").latest("pk")
    client.post(f"/operations/{operation.pk}/undo/")
    assert "First" in page(client, mail)


def test_a_flag_goes_to_the_server(client, bob, box):
    mail = mail_in(box)
    client.force_login(bob)

    client.post(f"/mail/messages/{mail.pk}/act/flag/")
    assert MailCopy.objects.filter(is_flagged=True, is_dirty=True).count() == 1
    assert "Take the flag away" in page(client, mail)

    client.post(f"/mail/messages/{mail.pk}/act/unflag/")
    assert MailCopy.objects.filter(is_flagged=False).count() == 1


def test_a_task_made_of_a_private_mail_is_private_and_leads_back(client, bob, charlie, box, olena):
    mail = mail_in(box, subject="Oak windows")
    client.force_login(bob)
    path = f"/mail/messages/{mail.pk}/task/"
    sheet = client.get(path).content.decode()
    assert 'value="Oak windows"' in sheet
    assert '<option value="private" selected>' in sheet

    given = {"answered": "1", "subject": "Answer her", "entities": [olena.pk], "visibility": "public", "text": ""}
    client.post(path, {**given, "due_on": "2026-11-05", "assignees": [bob.pk]})

    [task] = Task.objects.all()
    assert task.due_on == date(2026, 11, 5)
    content = client.get(f"/activities/tasks/{task.pk}/").content.decode()
    assert f'<a href="/mail/threads/{mail.thread_id}/">an e-mail</a>' in content
    client.force_login(charlie)  # who sees the contact sees the task, not the mail
    content = client.get(f"/activities/tasks/{task.pk}/").content.decode()
    assert "Oak windows" not in content
    assert client.get(f"/mail/threads/{mail.thread_id}/").status_code == 404


def test_a_meeting_and_a_note_are_made_of_a_mail(client, bob, box, olena):
    mail = mail_in(box, subject="Oak windows")
    client.force_login(bob)

    given = {"answered": "1", "entities": [olena.pk], "visibility": "public"}
    path = f"/mail/messages/{mail.pk}"
    assert client.get(f"{path}/meeting/").status_code == 200
    client.post(
        f"{path}/meeting/", {**given, "subject": "Measure", "day": "2026-11-05", "starts": "10:00", "minutes": "30"}
    )
    assert client.post(f"{path}/note/", {**given, "entities": [], "text": "Wants oak"}).status_code == 422
    client.post(f"{path}/note/", {**given, "text": "Wants oak"})

    [meeting] = Meeting.objects.all()
    assert meeting.activity.context_id == mail.thread_id
    note = Activity.objects.get(kind="note")
    assert note.snippet == "Wants oak"
    assert f"/mail/threads/{mail.thread_id}/" in client.get(f"/contacts/{olena.pk}/").content.decode()


def test_a_mail_is_filed_with_another_contact_and_back(client, bob, alice, box, olena, now):
    mail = mail_in(box)
    file_messages([mail], now=now)
    petro = PersonFactory(first_name="Petro", last_name="Bilyk")
    client.force_login(bob)
    assert "Olena Koval" in client.get(f"/mail/messages/{mail.pk}/file/").content.decode()

    client.post(f"/mail/messages/{mail.pk}/file/", {"answered": "1", "entities": [petro.pk]})

    assert f'<a href="/contacts/{petro.pk}/">Petro Bilyk</a>' in page(client, mail)
    assert "Windows" in client.get(f"/contacts/{petro.pk}/mail/").content.decode()
    assert not Activity.objects.visible_to(alice).filter(mail=mail).exists()
    client.post(f"/operations/{Operation.objects.get(verb='mail.filed').pk}/undo/")
    assert "Petro" not in page(client, mail)


def test_a_long_thread_comes_in_parts_and_asks_no_more(client, bob, box, olena, now):
    mail = mail_in(box, text="Mail 00.", at=now - 100 * HOUR, is_seen=True)
    client.force_login(bob)
    page(client, mail)
    with CaptureQueriesContext(connection) as few:
        page(client, mail)
    for number in range(1, 40):
        mail_in(box, text=f"Mail {number:02}.", at=now - (100 - number) * HOUR, thread=mail.thread, is_seen=True)

    with CaptureQueriesContext(connection) as many:
        content = page(client, mail)

    assert len(many) == len(few) <= 12
    assert "Mail 39." in content
    assert "Mail 05." not in content
    key = content.split("?before=")[1].split('"')[0]
    earlier = client.get(
        f"/mail/threads/{mail.thread_id}/?before={key}", headers={"HX-Request": "true"}
    ).content.decode()
    assert "Mail 05." in earlier
    assert "<html" not in earlier
