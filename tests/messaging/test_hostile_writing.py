"""What a stranger's mail, or a mischievous name, puts into the mails that we write."""

from __future__ import annotations

import time
from email import message_from_bytes

import pytest
from django.core.exceptions import ValidationError

from apps.core import clock
from apps.core.models import OutgoingMail
from apps.messaging.models import MailMessage
from apps.messaging.services.account_input import AccountInput, cleaned
from apps.messaging.services.answers import begin_answer
from apps.messaging.services.draft_files import attach_file
from apps.messaging.services.outgoing import one_line
from apps.messaging.services.sending import send_draft
from tests.messaging.test_answers import PNG, received
from tests.messaging.writers import letter, mailbox

pytestmark = pytest.mark.django_db

# Decoded, it ends the line and begins another header (RFC 2047).
TRAP = "=?utf-8?q?a=0d=0aBcc:_victim@example.com?="
BREAKS = "one\r\ntwo\u2028three\x0bfour\x85five\x1csix"
OURS = {"from", "to", "subject", "date", "message-id", "in-reply-to", "references", "content-type", "mime-version"}


@pytest.fixture
def now():
    """Sending goes by the real clock."""
    return clock.now()


def names_on_the_wire() -> set[str]:
    """Of all headers, those of the parts too."""
    mail = message_from_bytes(bytes(OutgoingMail.objects.get().raw))
    return {name.lower() for part in mail.walk() for name in part}


def test_no_subject_name_or_file_adds_a_header_to_our_mail(bob, now):
    mailbox(bob, display_name=TRAP)
    draft = letter(bob, to="", subject=f"{TRAP} the offer", cc=[[TRAP, "carl@example.com"]])
    attach_file(actor=bob, draft=draft, content=b"%PDF-1", filename=f"{TRAP}.pdf", now=now)

    send_draft(actor=bob, draft=draft, now=now)

    assert names_on_the_wire() <= OURS | {"cc", "content-disposition", "content-transfer-encoding"}


def test_a_subject_of_several_lines_leaves_as_one(bob, now):
    mailbox(bob)

    send_draft(actor=bob, draft=letter(bob, subject="one\u2028two\x0bthree\x85four"), now=now)

    assert message_from_bytes(bytes(OutgoingMail.objects.get().raw))["Subject"] == "one two three four"
    assert one_line(BREAKS) == "one two three four five six"


@pytest.mark.parametrize("strange", [f"{TRAP}@example.com", "a\u2028b@example.com", "a b@example.com"])
def test_a_mail_with_a_strange_id_is_answered_without_it(bob, now, strange):
    account = mailbox(bob)
    mail = received(account, now)
    MailMessage.objects.update(message_id=strange, references=[strange, "good@example.com"], subject=TRAP)
    mail.refresh_from_db()

    send_draft(actor=bob, draft=begin_answer(actor=bob, message=mail, mode="reply", now=now), now=now)

    sent = message_from_bytes(bytes(OutgoingMail.objects.get().raw))
    assert "In-Reply-To" not in sent
    assert sent["References"] == "<good@example.com>"
    assert names_on_the_wire() <= OURS | {"content-transfer-encoding"}
    assert MailMessage.objects.get(is_outgoing=True).thread == mail.thread


def test_an_address_that_reads_as_an_encoded_word_is_none(bob, now):
    mailbox(bob)
    address = "=?utf-8?q?=0d=0abcc=3a_x?=@example.com"

    with pytest.raises(ValidationError, match="no address"):
        send_draft(actor=bob, draft=letter(bob, to=address), now=now)
    with pytest.raises(ValidationError, match="no e-mail address"):
        cleaned(AccountInput(address=address, smtp_host="mail.example.com"))


def test_a_picture_that_mails_cannot_show_keeps_nobody_from_answering(client, bob, now):
    mail = received(
        mailbox(bob),
        now,
        html='<p>Hello</p><img src="cid:logo@x"><img src="cid:plan@x">',
        pieces=[
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", "logo@x"),
            (PNG, "image/png", "plan@x"),
        ],
    )
    client.force_login(bob)

    reply = client.post(f"/mail/messages/{mail.pk}/reply/", follow=True)
    passed_on = client.post(f"/mail/messages/{mail.pk}/reply/?mode=forward", follow=True)

    assert (reply.status_code, passed_on.status_code) == (200, 200)
    first, second = bob.mail_drafts.order_by("pk")
    assert [each.content_id for each in first.attachments.all()] == ["plan@x"]
    assert [(each.content_id, each.is_inline) for each in second.attachments.order_by("pk")] == [
        ("", False),
        ("plan@x", True),
    ]


def test_a_virus_is_not_passed_on_and_the_page_says_so(client, bob, now, settings, tmp_path):
    scanner = tmp_path / "scanner"
    scanner.write_text("#!/bin/sh\necho Eicar\nexit 1\n")
    scanner.chmod(0o755)
    settings.RAPPORT_VIRUS_SCAN = str(scanner)
    mail = received(mailbox(bob), now, pieces=[(b"%PDF-1", "application/pdf", "")])
    client.force_login(bob)

    answer = client.post(f"/mail/messages/{mail.pk}/reply/?mode=forward", follow=True)

    assert answer.status_code == 200
    assert b"Eicar" in answer.content
    assert not bob.mail_drafts.exists()


@pytest.mark.parametrize("built", ["<div>" * 90_000, "<blockquote>" * 40_000, "&lt;" * 100_000])
def test_a_mail_built_to_take_minutes_is_quoted_by_its_words(bob, now, built):
    mail = received(mailbox(bob), now, html=f"<p>How much? <script>x</script></p>{built}")

    begun = time.monotonic()
    draft = begin_answer(actor=bob, message=mail, mode="reply", now=now)

    assert time.monotonic() - begun < 5
    assert "How much?" in draft.body
    assert "<script" not in draft.body
    assert draft.body.count("<div") < 10
