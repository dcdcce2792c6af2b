from __future__ import annotations

from email.message import EmailMessage

import pytest

from apps.core.services import files
from apps.messaging.models import Draft, MailAddress, MailCopy, MailMessage, Thread
from apps.messaging.services.answers import begin_answer
from apps.messaging.services.sending import send_draft
from tests.messaging.writers import mailbox

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


def received(account, now, *, html="", headers=None, pieces=(), **named) -> MailMessage:
    """A mail as the store keeps it: raw, rows, a copy in `account`."""
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Message-ID"] = "Anna <anna@example.com>", "Windows", "<one@example.com>"
    for name, value in (headers or {}).items():
        mail[name] = value
    mail.set_content("How much are they?")
    if html:
        mail.add_alternative(html, subtype="html")
    for content, kind, cid in pieces:
        main, sub = kind.split("/")
        if cid:
            list(mail.iter_parts())[1].add_related(content, main, sub, cid=f"<{cid}>")
        else:
            mail.add_attachment(content, maintype=main, subtype=sub, filename="plan.pdf")
    thread = Thread.objects.create(subject="Windows", last_at=now, created_at=now)
    message = MailMessage.objects.create(
        thread=thread,
        message_id="one@example.com",
        digest="d",
        references=["zero@example.com"],
        sender_name="Anna",
        sender_address="anna@example.com",
        subject="Windows",
        text="How much are they?",
        raw=files.store(mail.as_bytes(), mime_type="message/rfc822", now=now),
        happened_at=now,
        created_at=now,
    )
    people = {"from": ["anna@example.com"], "to": [account.address], **named}
    for role, addresses in people.items():
        for place, address in enumerate(addresses):
            MailAddress.objects.create(message=message, role=role, address=address, position=place)
    MailCopy.objects.create(account=account, message=message, thread=thread, received_at=now)
    return message


def addresses(rows) -> list[str]:
    return [row[1] for row in rows]


def test_a_reply_goes_to_its_writer_with_the_words_quoted(bob, now):
    account = mailbox(bob, signature="<p>Bob</p>")
    message = received(
        account, now, html='<p>How <b>much</b>?<script>x()</script><img src="https://spy.example/1"></p>'
    )

    draft = begin_answer(actor=bob, message=message, mode="reply", now=now)

    assert (addresses(draft.to), draft.cc, draft.subject) == (["anna@example.com"], [], "Re: Windows")
    assert "<blockquote><p>How <b>much</b>?</p>" in draft.body
    assert "Anna wrote:" in draft.body
    assert draft.body.index("Bob") < draft.body.index("<blockquote>")
    assert "spy" not in draft.body
    sent = send_draft(actor=bob, draft=draft, now=now)
    assert (sent.thread, sent.in_reply_to) == (message.thread, "one@example.com")
    assert sent.references == ["zero@example.com", "one@example.com"]


def test_to_all_leaves_out_ones_own_addresses(bob, now):
    account = mailbox(bob)
    mailbox(bob, address="bob.private@example.com")
    to = [account.address, "carl@example.com"]
    message = received(account, now, to=to, cc=["bob.private@example.com", "dan@example.com", "anna@example.com"])

    draft = begin_answer(actor=bob, message=message, mode="all", now=now)

    assert addresses(draft.to) == ["anna@example.com"]
    assert addresses(draft.cc) == ["carl@example.com", "dan@example.com"]


def test_reply_to_comes_before_from(bob, now):
    message = received(mailbox(bob), now, reply_to=["desk@example.com"])

    draft = begin_answer(actor=bob, message=message, mode="reply", now=now)

    assert addresses(draft.to) == ["desk@example.com"]


def test_an_answer_to_all_of_a_list_goes_to_the_list(bob, now):
    message = received(mailbox(bob), now, headers={"List-Post": "<mailto:windows@lists.example.com>"})

    draft = begin_answer(actor=bob, message=message, mode="all", now=now)

    assert addresses(draft.cc) == ["windows@lists.example.com"]
    assert addresses(begin_answer(actor=bob, message=message, mode="reply", now=now).to) == ["anna@example.com"]


def test_ones_own_mail_is_answered_to_whom_it_went(bob, now):
    account = mailbox(bob)
    message = received(account, now, to=["anna@example.com"], **{"from": [account.address]})
    MailMessage.objects.update(is_outgoing=True)
    message.refresh_from_db()

    draft = begin_answer(actor=bob, message=message, mode="reply", now=now)

    assert addresses(draft.to) == ["anna@example.com"]


def test_what_is_passed_on_takes_its_files_along_and_begins_a_thread(bob, now):
    pieces = [(PNG, "image/png", "logo@x"), (b"%PDF-1", "application/pdf", "")]
    message = received(mailbox(bob), now, html='<p>See <img src="cid:logo@x"></p>', pieces=pieces)

    draft = begin_answer(actor=bob, message=message, mode="forward", now=now)

    assert (draft.to, draft.subject) == ([], "Fwd: Windows")
    assert "Forwarded message" in draft.body
    assert 'src="cid:logo@x"' in draft.body
    kept = {row.content_type: (row.is_inline, row.content_id) for row in draft.attachments.all()}
    assert kept == {"image/png": (True, "logo@x"), "application/pdf": (False, "")}
    Draft.objects.update(to=[["", "carl@example.com"]])
    sent = send_draft(actor=bob, draft=draft, now=now)
    assert sent.thread != message.thread
    assert (sent.in_reply_to, sent.references) == ("", [])


def test_a_reply_keeps_quoted_pictures_but_no_files(bob, now):
    pieces = [(PNG, "image/png", "logo@x"), (b"%PDF-1", "application/pdf", "")]
    message = received(mailbox(bob), now, html='<p>See <img src="cid:logo@x"></p>', pieces=pieces)

    draft = begin_answer(actor=bob, message=message, mode="reply", now=now)

    assert [row.content_type for row in draft.attachments.all()] == ["image/png"]


def test_the_page_begins_an_answer_for_whoever_reads_the_mail(client, bob, alice, now):
    message = received(mailbox(bob), now)
    address = f"/mail/messages/{message.pk}/reply/?mode=all"
    client.force_login(alice)
    assert (client.get(address).status_code, client.post(address).status_code) == (404, 404)

    client.force_login(bob)
    assert client.get(address).status_code == 200
    assert client.get(f"/mail/messages/{message.pk}/reply/?mode=loud").status_code == 404
    draft_page = client.post(address)["Location"]
    assert "Re: Windows" in client.get(draft_page).content.decode()
