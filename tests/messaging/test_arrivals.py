"""What follows from a mail: bounces, answers to invitations, receipts, voicemails, and word to open pages."""

from __future__ import annotations

import io
import json
import wave
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
import redis
from django.core.exceptions import PermissionDenied

from apps.activities.models import Attendee, Meeting, Notice
from apps.activities.services.meeting_inputs import Address, Guests, Span, Words
from apps.activities.services.meetings import plan_meeting
from apps.contacts.models import EmailAddress
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EmailInput, EntityInput, PhoneInput
from apps.core.live.publishing import PREFIX
from apps.messaging.models import Bounce, MailMessage, Voicemail
from apps.messaging.services.invitations import invitation_of, take_invitation
from tests.messaging.mails import arrive, make_account, raw_mail

pytestmark = pytest.mark.django_db

REPORT = """From: MAILER-DAEMON@mx.vikna.example
To: bob@rapport.example
Subject: Undelivered Mail
Message-ID: <{id}>
Date: Mon, 02 Nov 2026 09:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/report; report-type={type}; boundary=b

--b
Content-Type: text/plain

It could not be delivered.
--b
Content-Type: message/{type}

{body}
--b
Content-Type: text/rfc822-headers

Message-ID: <{original}>
Subject: Windows
--b--
"""
FAILED = """Reporting-MTA: dns; mx.vikna.example

Final-Recipient: rfc822; {recipient}
Action: failed
Status: {status}
Diagnostic-Code: smtp; 550 no such user
"""


@pytest.fixture(autouse=True)
def media(settings, tmp_path, everyone_folder):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def account(bob):
    return make_account(bob, unknown_senders="never")


@pytest.fixture
def olena(ada, now):
    data = EntityInput(
        last_name="Koval", emails=[EmailInput("olena@vikna.example")], phones=[PhoneInput("+380441234567")]
    )
    return create_entity(actor=ada, data=data, now=now)


@pytest.fixture
def sent(account, olena):
    raw = raw_mail(sender="bob@rapport.example", to="olena@vikna.example", id="out@rapport.example")
    return arrive(account, raw, role="sent")[0].message


def report(recipient="olena@vikna.example", status="5.1.1", original="out@rapport.example", id="dsn@mx") -> bytes:
    body = FAILED.format(recipient=recipient, status=status)
    return REPORT.format(type="delivery-status", body=body, original=original, id=id).encode()


def test_a_bounce_marks_message_and_address_and_tells_the_author(account, sent, olena, bob):
    arrive(account, report())

    bounce = Bounce.objects.get()
    assert (bounce.message, bounce.recipient, bounce.status, bounce.is_permanent) == (
        sent,
        "olena@vikna.example",
        "5.1.1",
        True,
    )
    sent.refresh_from_db()
    assert sent.state == "bounced"
    assert EmailAddress.objects.get(entity=olena).bounced_at is not None
    assert Notice.objects.filter(user=bob, verb="mail.bounced", activity=sent.activity).count() == 1


def test_the_same_report_twice_counts_once(account, sent):
    arrive(account, report(), report())

    assert Bounce.objects.count() == 1


def test_a_full_mailbox_is_no_lost_address(account, sent, olena):
    arrive(account, report(status="4.2.2"))

    sent.refresh_from_db()
    assert sent.state == "sent"
    assert EmailAddress.objects.get(entity=olena).bounced_at is None
    assert not Bounce.objects.get().is_permanent


@pytest.mark.parametrize("forged", [{"recipient": "ann@vikna.example"}, {"original": "other@rapport.example"}])
def test_a_report_of_what_was_not_sent_there_counts_nothing(account, sent, forged):
    arrive(account, report(**forged))

    assert not Bounce.objects.exists()


def test_a_report_to_somebody_elses_mailbox_counts_nothing(sent, alice):
    arrive(make_account(alice, "alice@rapport.example"), report())

    assert not Bounce.objects.exists()


def test_a_read_receipt_says_when_it_was_opened(account, sent, now):
    body = "Original-Message-ID: <out@rapport.example>\nDisposition: manual-action/MDN-sent-manually; displayed\n"
    raw = REPORT.format(type="disposition-notification", body=body, original="out@rapport.example", id="mdn@x")
    arrive(account, raw.replace("MAILER-DAEMON@mx.vikna.example", "olena@vikna.example").encode())

    sent.refresh_from_db()
    assert sent.opened_at == datetime.fromisoformat("2026-11-02T09:00:00+00:00")


def calendar_mail(method: str, uid: str, *, sender: str, lines: str = "", id: str = "cal@x") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = sender, "bob@rapport.example", "Visit", f"<{id}>"
    mail["Date"] = "Mon, 02 Nov 2026 09:00:00 +0000"
    mail.set_content("See the calendar.")
    text = (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20261102T090000Z\r\n"
        f"DTSTART:20261105T100000Z\r\nDTEND:20261105T110000Z\r\nSUMMARY:Visit\r\n{lines}END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    mail.add_attachment(text.encode(), "text", "calendar", params={"method": method})
    return mail.as_bytes()


@pytest.fixture
def meeting(bob, now) -> Meeting:
    start = (now + timedelta(days=3)).replace(tzinfo=None)
    span = Span(start, start + timedelta(hours=1), "UTC")
    guests = Guests(addresses=[Address("olena@vikna.example", "Olena")])
    return plan_meeting(actor=bob, span=span, words=Words("Visit"), guests=guests, now=now)


@pytest.mark.parametrize(
    ("sender", "answer"), [("olena@vikna.example", "accepted"), ("eve@evil.example", "needs-action")]
)
def test_an_answer_counts_from_the_invited_address_alone(account, meeting, sender, answer):
    said = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:olena@vikna.example\r\n"
    arrive(account, calendar_mail("REPLY", meeting.uid, sender=sender, lines=said))

    assert Attendee.objects.get(meeting=meeting, email="olena@vikna.example").answer == answer


def test_an_invitation_is_offered_and_taken_by_who_reads_it(account, bob, alice, now):
    arrive(account, calendar_mail("REQUEST", "theirs@vikna.example", sender="olena@vikna.example"))
    mail = MailMessage.objects.get()
    assert not Meeting.objects.exists()

    found = invitation_of(user=bob, message=mail, now=now)
    assert found is not None
    assert [row.item.subject for row in found.rows] == ["Visit"]

    take_invitation(actor=bob, message=mail, now=now)
    assert Meeting.objects.get().organiser == bob
    with pytest.raises(PermissionDenied):
        take_invitation(actor=alice, message=mail, now=now)


def test_a_mail_with_a_sound_of_the_set_sender_is_a_voicemail(bob, olena):
    account = make_account(bob, voicemail_sender="pbx@rapport.example")
    sound = io.BytesIO()
    with wave.open(sound, "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(1)
        recording.setframerate(8000)
        recording.writeframes(b"\x80" * 16000)
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = "pbx@rapport.example", "bob@rapport.example", "<vm@x>"
    mail["Subject"], mail["Date"] = "Voicemail from +380441234567", "Mon, 02 Nov 2026 09:00:00 +0000"
    mail.set_content("You have a new message.")
    mail.add_attachment(sound.getvalue(), "audio", "wav", filename="message.wav")

    arrive(account, mail.as_bytes(), raw_mail(sender="pbx@rapport.example", id="note@x"))

    voicemail = Voicemail.objects.get()
    assert (voicemail.number, voicemail.entity, voicemail.user, voicemail.seconds) == ("+380441234567", olena, bob, 2)
    assert voicemail.activity is not None


def test_open_pages_of_its_readers_hear_of_it(account, bob, settings, django_capture_on_commit_callbacks):
    listener = redis.Redis.from_url(settings.REDIS_URL).pubsub(ignore_subscribe_messages=True)
    listener.psubscribe(f"{PREFIX}user:*")
    listener.get_message(timeout=5)

    with django_capture_on_commit_callbacks(execute=True):
        [stored] = arrive(account, raw_mail())

    heard = listener.get_message(timeout=5)
    listener.close()
    assert heard["channel"].decode() == f"{PREFIX}user:{bob.pk}"
    news = {"thread": stored.message.thread_id, "account": account.pk}
    assert json.loads(heard["data"]) == {"event": "mail", "data": news}


def test_a_colleagues_answer_counts_though_the_house_sent_it(account, alice, meeting):
    """It lay among what alice sent before it came to bob."""
    hers = make_account(alice, "olena@vikna.example", unknown_senders="never")
    said = "ATTENDEE;PARTSTAT=DECLINED:mailto:olena@vikna.example\r\n"
    raw = calendar_mail("REPLY", meeting.uid, sender="olena@vikna.example", lines=said)
    arrive(hers, raw, role="sent")

    arrive(account, raw)

    assert Attendee.objects.get(meeting=meeting, email="olena@vikna.example").answer == "declined"
