"""What people and broken mailers send, and how it reads."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from apps.messaging.mime.digests import digest
from apps.messaging.mime.message import Mailbox
from apps.messaging.mime.parsing import parse_message

PLAIN = (
    b"From: Ann Smith <ann@example.com>\r\nTo: bob@example.com\r\nSubject: Windows\r\n"
    b"Date: Mon, 02 Nov 2026 11:30:00 +0200\r\nMessage-ID: <1@example.com>\r\n\r\nHello Bob\r\n"
)


def with_parts(*parts: bytes, kind: bytes = b"mixed") -> bytes:
    body = b"".join(b"--b\n" + part + b"\n" for part in parts)
    return b"Subject: parts\nContent-Type: multipart/%s; boundary=b\n\n%s--b--\n" % (kind, body)


def test_plain_mail_reads_whole():
    message = parse_message(PLAIN)

    assert message.sender == Mailbox("Ann Smith", "ann@example.com")
    assert message.to == (Mailbox("", "bob@example.com"),)
    assert (message.subject, message.text.strip(), message.message_id) == ("Windows", "Hello Bob", "1@example.com")
    assert message.sent_at == datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
    assert not message.is_broken
    assert message.defects == ()


@pytest.mark.parametrize(
    ("header", "mailboxes"),
    [
        ('"Smith, Ann" <ann@x.example>, bob@x.example', [("Smith, Ann", "ann@x.example"), ("", "bob@x.example")]),
        ("ann@x.example (Ann Smith)", [("Ann Smith", "ann@x.example")]),
        ("Team: ann@x.example, Bob <bob@x.example>;", [("", "ann@x.example"), ("Bob", "bob@x.example")]),
        ("undisclosed-recipients:;", []),
        ("ann@x.example; bob@x.example", [("", "ann@x.example"), ("", "bob@x.example")]),
        ("=?utf-8?b?0JDQvdC90LA=?= =?utf-8?q?_=D0=9A?= <anna@x.example>", [("Анна К", "anna@x.example")]),
        ('"=?utf-8?q?Anna=2C_K?=" <anna@x.example>', [("Anna, K", "anna@x.example")]),
        ('"Ann \\"Windows\\" Smith" <ann@x.example>', [('Ann "Windows" Smith', "ann@x.example")]),
        ("<@relay.example:ann@x.example>", [("", "ann@x.example")]),
        ("'Ann' <ann@x.example", [("Ann", "ann@x.example")]),
        ('"Ann <ann@x.example>, bob@x.example', [("Ann", "ann@x.example"), ("", "bob@x.example")]),
        ("nobody", []),
        ("", []),
    ],
)
def test_addresses_as_people_write_them(header, mailboxes):
    message = parse_message(f"To: {header}\n\nhi".encode())

    assert [(box.name, box.address) for box in message.to] == mailboxes


@pytest.mark.parametrize(
    ("subject", "reads"),
    [
        ("Рахунок №5".encode(), "Рахунок №5"),
        ("Счёт на окна".encode("cp1251"), "Счёт на окна"),
        (b"=?windows-1251?B?" + base64.b64encode("Счёт".encode("cp1251")) + b"?=", "Счёт"),
        (b"=?utf-8?B?" + base64.b64encode("Я".encode()[:1]) + b"?= =?utf-8?B?" + base64.b64encode("Я".encode()[1:])
         + b"?=", "Я"),
        (b"=?utf-8?Q?two words?=", "two words"),
        (b"=?no-such-charset?Q?caf=C3=A9?=", "café"),
        (b"a\n\tfolded\n subject", "a folded subject"),
        (b"=?utf-8?Q?evil=0D=0ABcc:_all?=", "evil Bcc: all"),
    ],
)  # fmt: skip
def test_subject_in_any_charset(subject, reads):
    assert parse_message(b"Subject: " + subject + b"\n\nhi").subject == reads


def test_hidden_recipient_of_a_subject_with_a_line_break_is_no_recipient():
    assert parse_message(b"Subject: =?utf-8?Q?evil=0D=0ABcc:_all@x.example?=\n\nhi").bcc == ()


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        (b'attachment; filename="../../etc/passwd"', "passwd"),
        (b'attachment; filename="C:\\\\Windows\\\\calc.exe"', "calc.exe"),
        (b"attachment; filename=our offer.pdf", "our offer.pdf"),
        (b"attachment; filename*=utf-8''%D0%A1%D1%87%D1%91%D1%82.pdf", "Счёт.pdf"),
        (b"attachment; filename*0*=utf-8''%D0%A1; filename*1=chet.pdf", "Сchet.pdf"),
        ("attachment; filename=\"рахунок.pdf\"".encode(), "рахунок.pdf"),
        (b'attachment; filename="=?utf-8?b?0KHRh9GR0YIucGRm?="', "Счёт.pdf"),
        (b'attachment; filename="a\x00b\x07.pdf"', "ab.pdf"),
        ("attachment; filename=\"gpj.\u202efdp.exe\"".encode(), "gpj.fdp.exe"),
        (b'attachment; filename=".."', ""),
        (b'attachment; filename="CON.txt"', "_CON.txt"),
        (b'attachment; filename="' + b"x" * 900 + b'.pdf"', "x" * 196 + ".pdf"),
        (b"attachment", ""),
    ],
)  # fmt: skip
def test_attachment_names_are_safe(disposition, name):
    raw = with_parts(
        b"Content-Type: application/pdf\nContent-Transfer-Encoding: base64\nContent-Disposition: "
        + disposition + b"\n\nJVBERg=="
    )  # fmt: skip

    (attachment,) = parse_message(raw).attachments

    assert (attachment.filename, attachment.content, attachment.size) == (name, b"%PDF", 4)


def test_alternatives_pictures_and_an_invitation_find_their_places():
    inner = (
        b"Content-Type: multipart/alternative; boundary=i\n\n--i\nContent-Type: text/plain\n\nplain\n"
        b"--i\nContent-Type: text/html\n\n<b>rich</b>\n"
        b"--i\nContent-Type: text/calendar; method=request\n\nBEGIN:VCALENDAR\n--i--"
    )
    picture = b"Content-Type: image/png\nContent-ID: <logo@x>\nContent-Disposition: inline\n\n\x89PNG"

    message = parse_message(with_parts(inner, picture, b"Content-Type: text/plain\n\nfooter"))

    assert message.text == "plain\n\nfooter"
    assert message.html == "<b>rich</b>"
    assert [(each.method, each.content) for each in message.calendar] == [("REQUEST", b"BEGIN:VCALENDAR")]
    assert [(each.content_id, each.is_inline) for each in message.attachments] == [("logo@x", True)]


def test_forwarded_message_stays_whole():
    raw = with_parts(b"Content-Type: message/rfc822\n\n" + PLAIN)

    (enclosed,) = parse_message(raw).enclosed

    assert parse_message(enclosed).message_id == "1@example.com"


def test_references_and_headers_worth_knowing():
    message = parse_message(
        b"References: <a@x> <b@x>\n <a@x>\nIn-Reply-To: <b@x> (yesterday)\nList-Id: News <news.x.example>\n"
        b"Return-Path: <>\nPrecedence: Bulk\nImportance: High\nDisposition-Notification-To: Ann <ann@x.example>\n\nhi"
    )

    assert (message.references, message.in_reply_to) == (("a@x", "b@x"), "b@x")
    assert (message.list_id, message.return_path, message.precedence) == ("news.x.example", "", "bulk")
    assert (message.priority, message.disposition_notification_to) == ("high", "ann@x.example")


@pytest.mark.parametrize(
    "broken",
    [
        b"\n\n" + PLAIN,
        b"   \r\n" + PLAIN,
        b"From ann Mon Nov  2 09:30:00 2026\n" + PLAIN,
        PLAIN.replace(b"\r\n", b"\r"),
        PLAIN.replace(b"Subject: Windows\r\n", b"Subject: Windows\r\nX-Long: a line that somebody\r\ntore apart\r\n"),
    ],
)
def test_damaged_beginning_hides_nothing(broken):
    message = parse_message(broken)

    assert (message.subject, message.sender.address, message.text.strip()) == (
        "Windows",
        "ann@example.com",
        "Hello Bob",
    )


def test_bytes_that_are_no_mail_are_kept_as_text():
    message = parse_message(b"just some words\nand more")

    assert message.text == "just some words\nand more"
    assert message.is_broken


def test_copies_in_two_mailboxes_have_one_digest():
    received = b"Received: from mx\r\n\tby there; Mon\r\nDelivered-To: carl@example.com\r\nX-Spam: no\r\n" + PLAIN
    unix = PLAIN.replace(b"\r\n", b"\n") + b"\n"

    assert digest(received) == digest(unix) == digest(PLAIN)
    assert digest(PLAIN.replace(b"Hello Bob", b"Hello Eve")) != digest(PLAIN)
    assert digest(PLAIN.replace(b"ann@", b"eve@")) != digest(PLAIN)
