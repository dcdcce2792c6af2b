from __future__ import annotations

import threading
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pysequoia
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from apps.core import clock
from apps.core.models import Operation, OutgoingMail
from apps.core.services import files, outbox
from apps.messaging.failures import words_for
from apps.messaging.models import Draft, DraftAttachment, MailCopy, MailMessage, Thread
from apps.messaging.services.draft_files import attach_file
from apps.messaging.services.sending import TooLate, queue_prepared, send_draft, undo_send
from apps.messaging.services.settling import NotUncertain, confirm_arrived, send_again
from tests.contacts.factories import EmailAddressFactory
from tests.core.smtp_servers import dying_server, sink
from tests.messaging.writers import letter, mailbox

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
SOON = timedelta(seconds=11)


@pytest.fixture(autouse=True)
def _loopback(settings):
    settings.RAPPORT_PRIVATE_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def now():
    """Sending goes by the real clock."""
    return clock.now()


def read(raw) -> Any:
    return message_from_bytes(bytes(raw), policy=policy.default)


def test_a_mail_leaves_ten_seconds_later_as_it_was_written(settings, bob, now):
    with sink(settings) as server:
        account = mailbox(bob, settings, keeps_sent=True, imap_host="127.0.0.1")
        draft = letter(bob, cc=[["", "carl@example.com"]], bcc=[["", "boss@example.com"]], is_urgent=True)
        attach_file(actor=bob, draft=draft, content=b"%PDF-1", filename="Angebot größer.pdf", now=now)
        picture = attach_file(actor=bob, draft=draft, content=PNG, filename="p.png", now=now, is_inline=True)
        Draft.objects.update(body=f'<p>See <img src="cid:{picture.content_id}"></p>', wants_receipt=True)

        message = send_draft(actor=bob, draft=draft, now=now)
        assert message.state == "queued"
        assert outbox.send_due(now=now) == 0
        assert outbox.send_due(now=now + SOON) == 1

    (envelope,) = server.envelopes
    mail = read(envelope.content)
    assert envelope.rcpt_tos == ["anna@example.com", "carl@example.com", "boss@example.com"]
    assert (mail["From"], mail["To"], mail["Cc"]) == (
        "Bob Sales <bob@example.com>",
        "Anna Koval <anna@example.com>",
        "carl@example.com",
    )
    assert b"boss" not in envelope.content
    assert mail["Message-ID"] == f"<{message.message_id}>"
    assert (mail["X-Priority"], mail["Disposition-Notification-To"]) == ("1", "bob@example.com")
    assert mail["User-Agent"] is None
    (attached,) = list(mail.iter_attachments())
    assert (attached.get_filename(), attached.get_content()) == ("Angebot größer.pdf", b"%PDF-1")
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == [
        *("multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"),
        "application/pdf",
    ]
    message.refresh_from_db()
    assert (message.state, message.attachment_count, message.has_html) == ("sent", 1, True)
    copy = MailCopy.objects.get()
    assert (copy.account, copy.is_dirty, copy.bcc) == (account, True, [["", "boss@example.com"]])
    assert message.raw is not None
    with files.open_file(message.raw) as kept:
        assert kept.read() == bytes(OutgoingMail.objects.get().raw)


def test_a_mail_taken_back_in_time_never_leaves_and_its_draft_is_as_it_was(settings, bob, now):
    with sink(settings) as server:
        mailbox(bob, settings)
        draft = letter(bob)
        before = Draft.objects.values().get()
        message = send_draft(actor=bob, draft=draft, now=now)

        again = undo_send(actor=bob, message=message, now=now)
        outbox.send_due(now=now + SOON)

    assert server.envelopes == []
    after = Draft.objects.values().get()
    assert {**after, "modified_at": None} == {**before, "modified_at": None}
    assert again.pk == draft.pk
    assert not MailMessage.objects.exists()
    assert not Thread.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_too_late_is_told_and_sending_twice_is_sending_once(settings, bob, now):
    with sink(settings) as server:
        mailbox(bob, settings)
        draft = letter(bob)
        message = send_draft(actor=bob, draft=draft, now=now)
        assert send_draft(actor=bob, draft=draft, now=now) == message
        outbox.send_due(now=now + SOON)

        with pytest.raises(TooLate):
            undo_send(actor=bob, message=message, now=now + SOON)

    assert len(server.envelopes) == 1
    assert MailMessage.objects.get().state == "sent"


def test_an_outsider_neither_sends_nor_takes_back(bob, alice, now):
    mailbox(bob)
    draft = letter(bob)

    with pytest.raises(PermissionDenied):
        send_draft(actor=alice, draft=draft, now=now)
    message = send_draft(actor=bob, draft=draft, now=now)
    for act in (undo_send, send_again, confirm_arrived):
        with pytest.raises(PermissionDenied):
            act(actor=alice, message=message, now=now)


def test_without_a_mailbox_or_a_recipient_nothing_is_sent(bob, alice, now):
    nowhere = letter(bob)
    with pytest.raises(ValidationError) as told:
        send_draft(actor=bob, draft=nowhere, now=now)
    assert set(told.value.message_dict) == {"account"}

    mailbox(bob)
    with pytest.raises(ValidationError) as told:
        send_draft(actor=bob, draft=letter(bob, to=""), now=now)
    assert set(told.value.message_dict) == {"to"}
    assert not OutgoingMail.objects.exists()


def test_send_later_waits_for_its_time_and_can_be_taken_back_until_then(settings, bob, now):
    with sink(settings) as server:
        mailbox(bob, settings)
        later = send_draft(actor=bob, draft=letter(bob, send_at=now + timedelta(hours=3)), now=now)
        assert outbox.send_due(now=now + timedelta(hours=2)) == 0
        undo_send(actor=bob, message=later, now=now + timedelta(hours=2))
        send_draft(actor=bob, draft=Draft.objects.get(), now=now)

        assert outbox.send_due(now=now + timedelta(hours=3, seconds=1)) == 1

    assert len(server.envelopes) == 1


def test_who_takes_only_plain_text_gets_plain_text(bob, now):
    EmailAddressFactory(address="anna@example.com", plain_text_only=True)
    mailbox(bob)

    message = send_draft(actor=bob, draft=letter(bob), now=now)

    mail = read(OutgoingMail.objects.get().raw)
    assert (mail.get_content_type(), message.has_html) == ("text/plain", False)
    assert "Dear Anna" in mail.get_content()


def test_an_encrypted_mail_is_readable_with_its_recipients_key_alone(bob, now):
    secret = pysequoia.Tsk.generate("Anna <anna@example.com>")
    EmailAddressFactory(address="anna@example.com", public_key=str(secret.extract_certificate()))
    mailbox(bob)

    send_draft(actor=bob, draft=letter(bob, is_encrypted=True), now=now)

    raw = bytes(OutgoingMail.objects.get().raw)
    mail = read(raw)
    control, sealed = mail.iter_parts()
    assert mail.get_content_type() == "multipart/encrypted"
    assert mail.get_param("protocol") == "application/pgp-encrypted"
    assert control.get_content() == b"Version: 1\r\n"
    assert b"here it is" not in raw
    opened = pysequoia.decrypt(sealed.get_payload().encode(), decryptor=secret.decryptor())
    inner = read(opened.bytes)
    assert "here it is" in inner.get_body(("plain",)).get_content()


def test_without_every_key_nothing_is_encrypted_and_nothing_sent(bob, now):
    EmailAddressFactory(address="carl@example.com", public_key="no key at all")
    mailbox(bob)

    with pytest.raises(ValidationError, match=r"no key for anna@example\.com"):
        send_draft(actor=bob, draft=letter(bob, is_encrypted=True), now=now)
    with pytest.raises(ValidationError, match=r"carl@example\.com can't be read"):
        send_draft(actor=bob, draft=letter(bob, to="carl@example.com", is_encrypted=True), now=now)

    assert not OutgoingMail.objects.exists()
    assert not MailMessage.objects.exists()


# --- documents --------------------------------------------------------------------------------------------------------
def with_document(bob, now, **fields) -> tuple[Draft, Operation]:
    mailbox(bob)
    draft = letter(bob)
    operation = Operation.objects.create(actor=bob, verb="document.made", state="running", created_at=now)
    values = {"filename": "sheet.pdf", "content_type": "application/pdf", "document": "customer_sheet", "record_id": 1}
    DraftAttachment.objects.create(draft=draft, operation=operation, **{**values, **fields})
    return draft, operation


def test_a_mail_waits_for_its_document_and_leaves_with_it(bob, now):
    draft, _operation = with_document(bob, now)

    message = send_draft(actor=bob, draft=draft, now=now)
    assert (message.state, queue_prepared(now=now), OutgoingMail.objects.count()) == ("preparing", 1, 0)
    pdf = files.store(b"%PDF-1.7", mime_type="application/pdf", now=now)
    Operation.objects.update(state="done", finished_at=now, result={"file": pdf.pk, "name": "Anna.pdf"})
    assert queue_prepared(now=now) == 0

    message.refresh_from_db()
    mail = read(OutgoingMail.objects.get().raw)
    assert message.state == "queued"
    assert [part.get_filename() for part in mail.iter_attachments()] == ["Anna.pdf"]
    assert mail["Message-ID"] == f"<{message.message_id}>"


def test_a_mail_without_its_document_does_not_leave_and_is_given_back(bob, now):
    draft, _operation = with_document(bob, now)
    message = send_draft(actor=bob, draft=draft, now=now)

    Operation.objects.update(state="failed", finished_at=now, message="No figures.")
    queue_prepared(now=now)

    message.refresh_from_db()
    assert (message.state, OutgoingMail.objects.count()) == ("failed", 0)
    undo_send(actor=bob, message=message, now=now)
    with pytest.raises(ValidationError, match="No figures"):
        send_draft(actor=bob, draft=Draft.objects.get(), now=now)


def test_a_mail_is_taken_back_while_its_document_is_set(bob, now):
    draft, _operation = with_document(bob, now)
    message = send_draft(actor=bob, draft=draft, now=now)

    undo_send(actor=bob, message=message, now=now)

    assert queue_prepared(now=now) == 0
    assert not MailMessage.objects.exists()


# --- what comes of it -------------------------------------------------------------------------------------------------
def test_a_refusal_is_told_to_the_author_in_plain_words(settings, bob, now):
    with sink(settings) as server:
        mailbox(bob, settings)
        message = send_draft(actor=bob, draft=letter(bob), now=now)
        server.recipient_answers["anna@example.com"] = "550 5.1.1 User unknown"
        outbox.send_due(now=now + SOON)

        message.refresh_from_db()
        assert message.state == "failed"
        assert message.outgoing is not None
        assert "no such mailbox" in words_for(message.outgoing.last_error)
        server.recipient_answers = {}
        send_again(actor=bob, message=message, now=now + SOON)
        outbox.send_due(now=now + SOON)

    message.refresh_from_db()
    assert (message.state, len(server.envelopes)) == ("sent", 1)


def test_what_may_have_been_sent_waits_for_a_persons_word(settings, bob, now):
    with dying_server(settings) as seen:
        mailbox(bob, settings)
        message = send_draft(actor=bob, draft=letter(bob), now=now)
        outbox.send_due(now=now + SOON)
        outbox.sweep(now=now + timedelta(days=1))
        outbox.send_due(now=now + timedelta(days=1))

    message.refresh_from_db()
    assert (message.state, len(seen)) == ("uncertain", 1)
    confirm_arrived(actor=bob, message=message, now=now)
    message.refresh_from_db()
    assert message.state == "sent"
    with pytest.raises(NotUncertain):
        confirm_arrived(actor=bob, message=message, now=now)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("550 5.1.1 <x@y.co>: Recipient address rejected", "no such mailbox"),
        ("552 5.2.2 Over quota", "mailbox is full"),
        ("552 5.3.4 Message size exceeds fixed limit", "too large"),
        ("550 5.7.26 This mail is unauthenticated (DMARC)", "SPF"),
        ("554 5.7.1 Blocked by spam filter", "unwanted"),
        ("553 The server takes no addresses beyond ASCII.", "beyond A to Z"),
        ("550 5.1.2 Host unknown", "receives no mail"),
        ("Sign-in refused: 535", "sign-in"),
        ("ConnectionRefusedError: [Errno 111]", "could not be reached"),
        ("550 No", "refused"),
    ],
)
def test_answers_in_plain_words(answer, words):
    assert words in words_for(answer)


@pytest.mark.django_db(transaction=True)
def test_undo_and_a_busy_worker_race_and_one_of_them_wins(settings, bob):
    """Twenty mails are due while their author takes each back: sent or taken back, never both, never neither."""
    with sink(settings) as server:
        mailbox(bob, settings)
        began = clock.now() - timedelta(minutes=1)
        messages = [send_draft(actor=bob, draft=letter(bob, subject=f"n{n}"), now=began) for n in range(20)]

        def work() -> None:
            try:
                outbox.send_due(now=clock.now())
            finally:
                connection.close()

        worker = threading.Thread(target=work)
        worker.start()
        taken = 0
        for message in reversed(messages):
            try:
                undo_send(actor=bob, message=message, now=clock.now())
                taken += 1
            except TooLate:
                continue
        worker.join(30)

    assert len(server.envelopes) == 20 - taken
    assert Draft.objects.filter(sent=None).count() == taken
    assert MailMessage.objects.filter(state="sent").count() == 20 - taken


def test_a_mail_whose_file_is_lost_keeps_none_behind_it_waiting(bob, now, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    mailbox(bob)
    first, second = letter(bob), letter(bob, to="carl@example.com")
    added = attach_file(actor=bob, draft=first, content=b"%PDF-1", filename="a.pdf", now=now)
    made = files.store(b"%PDF-2", mime_type="application/pdf", now=now)
    for draft in (first, second):
        operation = Operation.objects.create(actor=bob, verb="document.made", state="running", created_at=now)
        DraftAttachment.objects.create(draft=draft, filename="d.pdf", document="d", record_id=1, operation=operation)
        send_draft(actor=bob, draft=draft, now=now)
    assert added.file is not None
    files.path(added.file).unlink()
    Operation.objects.update(state="done", finished_at=now, result={"file": made.pk, "name": "d.pdf"})

    queue_prepared(now=now)

    assert list(MailMessage.objects.order_by("pk").values_list("state", flat=True)) == ["failed", "queued"]
