"""Reports of servers and programs, and who is no person."""

from __future__ import annotations

import pytest

from apps.messaging.mime.bounces import original_message_id, read_bounces, report_kind
from apps.messaging.mime.parsing import parse_message
from apps.messaging.mime.robots import is_automatic

REAL = {
    "eml/flanker/bounce__zed.eml": ("failed", "5.1.1", True),
    "eml/mikel-mail/multipart_report_emails__report_422.eml": ("delayed", "4.2.2", False),
    "eml/mikel-mail/multipart_report_emails__multipart_report_multiple_status.eml": ("failed", "5.3.0", True),
    "eml/mimekit/delivery-status.eml": ("failed", "", True),
    "eml/nodemailer-mailparser/delivery-status.eml": ("failed", "5.1.1", True),
}


@pytest.mark.corpus
@pytest.mark.parametrize(("name", "wanted"), REAL.items())
def test_report_of_a_real_server_names_the_recipient_and_why(corpus, name, wanted):
    message = parse_message((corpus / name).read_bytes())

    (bounce,) = read_bounces(message)

    assert (bounce.action, bounce.status, bounce.is_permanent) == wanted
    assert "@" in bounce.recipient
    assert bounce.original_message_id
    assert is_automatic(message) == "bounce"


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("name", "kind"), [("disposition-notification", "disposition"), ("feedback-report", "feedback")]
)
def test_receipt_and_abuse_report_are_no_bounces(corpus, name, kind):
    message = parse_message((corpus / f"eml/mimekit/{name}.eml").read_bytes())

    assert report_kind(message) == kind
    assert read_bounces(message) == ()


def test_read_receipt_names_the_mail_it_is_about():
    raw = (
        b"Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\n\nread\n--b\n"
        b"Content-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; bob@x.example\n"
        b"Original-Message-ID: <sent-1@x.example>\nDisposition: manual-action/MDN-sent-manually; displayed\n--b--\n"
    )

    assert original_message_id(parse_message(raw)) == "sent-1@x.example"


def test_bounce_in_prose_is_read_by_its_words():
    message = parse_message(
        b"From: MAILER-DAEMON@mx.example\nReturn-Path: <>\nTo: ann@x.example\nSubject: failure notice\n\n"
        b"Hi. I wasn't able to deliver your message.\n\n<bob@y.example>:\n550 5.1.1 no such user\n\n"
        b"<carl@y.example>:\n452 mailbox full\n\n--- Below is a copy.\nMessage-ID: <sent-2@x.example>\n"
    )

    found = [(each.recipient, each.status, each.is_permanent) for each in read_bounces(message)]

    assert found == [("bob@y.example", "5.1.1", True), ("carl@y.example", "", False)]
    assert read_bounces(message)[0].original_message_id == "sent-2@x.example"


def test_person_who_writes_about_a_bounce_made_none():
    message = parse_message(
        b"From: ann@x.example\nSubject: failure notice\n\nI got this: <bob@y.example>: 550 5.1.1 no such user\n"
    )

    assert read_bounces(message) == ()
    assert is_automatic(message) == ""


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("From: ann@x.example", ""),
        ("From: Ann <nobodyknows@x.example>", ""),
        ("From: norea@x.example", ""),
        ("From: ann@x.example\nAuto-Submitted: no", ""),
        ("From: noreply@x.example", "robot"),
        ("From: shop.no-reply@x.example", "robot"),
        ("From: do_not_reply+12@x.example", "robot"),
        ("From: ann@x.example\nAuto-Submitted: auto-generated", "robot"),
        ("From: news@x.example\nList-Unsubscribe: <mailto:u@x.example>", "newsletter"),
        ("From: ann@x.example\nList-Id: <team.x.example>", "newsletter"),
        ("From: ann@x.example\nPrecedence: bulk", "newsletter"),
        ("From: ann@x.example\nAuto-Submitted: auto-replied", "auto-reply"),
        ("From: ann@x.example\nSubject: Out of office: windows", "auto-reply"),
        ("From: ann@x.example\nSubject: Автоответ: окна", "auto-reply"),
        ("From: mailer-daemon@x.example\nReturn-Path: <>", "bounce"),
    ],
)
def test_who_is_no_person(header, kind):
    assert is_automatic(parse_message(f"{header}\n\nhi".encode())) == kind
