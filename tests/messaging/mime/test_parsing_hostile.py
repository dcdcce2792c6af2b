"""Mails made to break the reader: something readable comes out, in bounded time."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from apps.messaging.mime.digests import digest
from apps.messaging.mime.parsing import parse_message


def nested(levels: int) -> bytes:
    opening = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(levels))
    closing = b"".join(b"--b%d--\n" % i for i in reversed(range(levels)))
    return b"Subject: deep\n" + opening + b"Content-Type: text/plain\n\nat the bottom\n" + closing


HOSTILE = {
    "1,000 nested parts": nested(1000),
    "one boundary, nested": b"Subject: deep\n" + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 1000,
    "enclosed 5,000 deep": b"Subject: deep\n" + b"Content-Type: message/rfc822\n\n" * 5000,
    "100,000 parts": b"Subject: deep\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 100_000,
    "header of megabytes": b"Subject: deep\nX-Long: " + b"x" * 5_000_000 + b"\n\nhi",
    "folded 500,000 times": b"Subject: deep\nX-Long: " + b"x\n " * 500_000 + b"\n\nhi",
    "torn 100,000 times": b"Subject: deep\n" + b"no colon here\n" * 100_000 + b"To: ann@x.example\n\nhi",
    "encoded words": b"Subject: deep\nFrom: " + b"=?utf-8?q?a" * 50_000 + b"\n\nhi",
    "brackets": b"Subject: deep\nTo: " + b"(" * 200_000 + b"\nCc: " + b"<a@b" * 100_000 + b"\n\nhi",
    "quotes and colons": b"Subject: deep\nTo: " + b'"' * 200_001 + b"\nCc: " + b"a@b:" * 100_000 + b"\n\nhi",
    "parameters": b"Subject: deep\nContent-Type: text/plain; " + b"a=b;" * 200_000 + b"\n\nhi",
    "quoted parameter": b'Subject: deep\nContent-Disposition: attachment; filename="' + b';\\"' * 200_000 + b"\n\nhi",
    "references": b"Subject: deep\nReferences: " + b"< " * 200_000 + b"\nIn-Reply-To: " + b"a@b " * 99_000 + b"\n\nhi",
    "half base64": b"Subject: deep\nContent-Transfer-Encoding: base64\n\n" + b"A=" * 500_000,
    "fields with blanks": b"Subject: deep\n" + (b"A" * 99 + b" ") * 20_000 + b"\n\nhi",
    "every byte": b"Subject: deep\n\n" + bytes(range(256)) * 2000,
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_mail_is_read_in_bounded_time(raw):
    started = time.process_time()

    message = parse_message(raw)
    digest(raw)

    assert message.subject.startswith("deep")
    assert time.process_time() - started < 10  # quadratic ways took minutes


def test_nesting_beyond_the_limit_is_called_broken_and_shown_as_text():
    message = parse_message(nested(1000))

    assert message.is_broken
    assert "at the bottom" in message.text


def test_ten_thousand_recipients_are_all_read():
    people = b",\n ".join(b"Person %d <p%d@x.example>" % (i, i) for i in range(10_000))

    message = parse_message(b"To: " + people + b"\n\nhi")

    assert len(message.to) == 10_000
    assert message.to[9_999].address == "p9999@x.example"


def test_five_hundred_small_mails_are_read_in_a_second():
    raw = b"From: Ann <ann@x.example>\nTo: bob@x.example\nSubject: s\nMessage-ID: <1@x>\n\n" + b"a line of text\n" * 30
    started = time.process_time()

    for _ in range(500):
        parse_message(raw)

    assert time.process_time() - started < 1.5  # measured: 2,500/s on a quiet core


LINES = st.sampled_from([
    b"From: Ann <ann@x.example>", b"Subject: =?utf-8?b?0JDQ?=", b"Content-Type: multipart/mixed; boundary=b",
    b"Content-Type: text/html; charset=idna", b"Content-Type: message/rfc822",
    b"Content-Type: text/plain; charset*0*=''",
    b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: x-uuencode", b"begin 644 x", b"--b",
    b"--b--", b"",
    b" folded", b"torn line", b"Content-Disposition: attachment; filename*0*=x''%ff; filename*2=y; filename*1*=%zz",
    b"Date: Mon, 99 Foo 0 99:99:99 +9999", b"Date: 1 Jan 99999999999 1:1:1", b"To: (((\"<;:,@", b"References: <<>><",
    b"Content-Type: multipart/report; report-type*=", b"=?x?y?z?=", b"MIME-Version: 1.0\r", b"From x y",
])  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(LINES | st.binary(max_size=40), max_size=25).map(b"\n".join) | st.binary(max_size=500))
@example(b"")
@example(b"\x00")
@example(b"\xff\xfe\x00\x00")
@example(b"Content-Type: text/plain; charset=undefined\n\n\xff")
@example(b"Content-Type: text/plain; charset=\x00\n\n\xff")
def test_any_bytes_are_read_and_encodable(raw):
    message = parse_message(raw)

    for text in (message.subject, message.text, message.html, message.message_id, message.sender.name, message.list_id):
        text.encode()  # no half characters, which Postgres would refuse
    for attachment in message.attachments:
        attachment.filename.encode()
        assert len(attachment.filename) <= 200
        assert not set(attachment.filename) & set('/\\\r\n\x00"<>')
    assert digest(raw) == digest(raw)
