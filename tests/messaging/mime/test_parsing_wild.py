"""Mail as programs of the world write it, against the standards: read as it was meant."""

from __future__ import annotations

import base64

import pytest

from apps.messaging.mime.bounces import read_bounces
from apps.messaging.mime.dates import read_date
from apps.messaging.mime.parsing import parse_message

TWO_PARTS = b"""--seam
Content-Type: text/plain

The words

--seam
Content-Type: text/html

<p>The words</p>
--seam--
"""


def mail(body: bytes = b"hello\n", **fields: str) -> bytes:
    head = {"From": "Ann <ann@x.example>", "To": "bob@y.example", "Subject": "S", "MIME_Version": "1.0", **fields}
    return "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in head.items()).encode() + b"\n" + body


@pytest.mark.parametrize("kind", ["multipart/alternative", 'multipart/alternative; boundary="another"'])
def test_the_parts_are_found_where_no_boundary_or_a_wrong_one_is_named(kind):
    message = parse_message(mail(TWO_PARTS, Content_Type=kind))

    assert message.text.strip() == "The words"
    assert message.html.strip() == "<p>The words</p>"
    assert message.is_broken


@pytest.mark.parametrize(
    ("body", "charset", "words"),
    [
        ("Grüße aus Köln".encode(), "iso-8859-1", "Grüße aus Köln"),
        ("Grüße aus Köln".encode("latin-1"), "iso-8859-1", "Grüße aus Köln"),
        ("It’s 100 €".encode("cp1252"), "iso-8859-1", "It’s 100 €"),
        ("Привіт, їжаче".encode("koi8-u"), "us-ascii", "Привіт, їжаче"),
    ],
)
def test_words_in_another_charset_than_named(body, charset, words):
    assert parse_message(mail(body, Content_Type=f"text/plain; charset={charset}")).text == words


@pytest.mark.parametrize("name", ["8-bit", "7 bit", "utf-8", "base64 (as it is)", "BASE64;", "Quoted Printable"])
def test_transfer_encodings_misspelt(name):
    words = "Grüße".encode()
    body = {"b": base64.b64encode(words), "q": b"Gr=C3=BC=C3=9Fe"}.get(name[0].lower(), words)

    message = parse_message(mail(body, Content_Type="text/plain; charset=utf-8", Content_Transfer_Encoding=name))

    assert (message.text.strip(), message.is_broken) == ("Grüße", False)


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("Mon, 2 Nov 2026 10:15:00 +01:00", 9),
        ("Mon, 2 Nov 2026 10:15:00 UTC+1", 9),
        ("Mon, 2 Nov 2026 10:15:00 MEZ", 9),
        ("Mon, 2 Nov 2026 10:15:00 EST", 15),
        ("Mon, 2 Nov 2026 12:15:00 AM +0100", 23),
        ("Mon, 2 Nov 2026 03:15 PM +0100", 14),
        ("2026-11-02 10:15:00 +0100", 9),
        ("2026-11-02T10:15:00Z", 10),
        ("Mon, 2 Nov 2026 10.15.00 +0100 (CET)", 9),
    ],
)
def test_dates_are_never_hours_off(written, hour):
    moment = read_date(written)
    assert moment is not None
    assert (moment.hour, moment.minute) == (hour, 15)


@pytest.mark.parametrize("written", ["02.11.2026 10:15", "yesterday", "Mon, 2 Nov 2026 10:15:00 H0500", "2026-13-99T1"])
def test_what_says_no_moment_gives_none(written):
    assert read_date(written) is None


@pytest.mark.parametrize(
    "written", ["Ann Berg [mailto:ann@x.example]", "Ann Berg <mailto:ann@x.example>", "Ann Berg <SMTP:ann@x.example>"]
)
def test_an_address_copied_as_a_link(written):
    sender = parse_message(mail(From=written)).sender
    assert (sender.name, sender.address) == ("Ann Berg", "ann@x.example")


def test_a_saved_mail_in_utf_16_or_with_every_line_end_doubled():
    for raw in (mail().decode().encode("utf-16"), mail().replace(b"\n", b"\r\r\n")):
        message = parse_message(raw)
        assert (message.sender.address, message.subject, message.text.strip()) == ("ann@x.example", "S", "hello")


@pytest.mark.parametrize(
    "words",
    [
        "I'm afraid I wasn't able to deliver your message.\n\n<lost@y.example>:\nNo mailbox by that name. (#5.1.1)\n",
        "did not reach the following recipient(s):\n\nlost@y.example on Mon, 2 Nov 2026\n    <exch.y.example #5.1.1>\n",
    ],
    ids=["qmail", "Exchange 2003"],
)
def test_a_report_in_prose_with_an_enhanced_code_alone(words):
    raw = mail(words.encode(), From="MAILER-DAEMON@y.example", Subject="failure notice", Return_Path="<>")

    (bounce,) = read_bounces(parse_message(raw))

    assert (bounce.recipient, bounce.status, bounce.is_permanent) == ("lost@y.example", "5.1.1", True)


def test_an_invitation_that_came_as_a_file_alone():
    body = (
        b"--seam\nContent-Type: text/plain\n\nsee there\n--seam\nContent-Type: application/ics; name=invite.ics\n\n"
        b"BEGIN:VCALENDAR\nMETHOD:REQUEST\nEND:VCALENDAR\n--seam--\n"
    )

    message = parse_message(mail(body, Content_Type="multipart/mixed; boundary=seam"))

    assert [each.method for each in message.calendar] == ["REQUEST"]
    assert [each.filename for each in message.attachments] == ["invite.ics"]
