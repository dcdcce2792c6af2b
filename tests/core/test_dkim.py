"""Mailings leave signed: checked by another hand, on the bytes that a mail server received."""

from __future__ import annotations

import io
from email.message import EmailMessage

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from apps.core import clock
from apps.core.dkim import UnreadableKey, dns_record, private_key, signed, trouble
from apps.core.services import outbox
from tests.conftest import NOW
from tests.core.smtp_servers import sink

pytestmark = pytest.mark.django_db
LIST_HEADERS = {
    "List-Id": '"House news" <news.mailings.rapport.example>',
    "List-Unsubscribe": "<https://rapport.example/unsubscribe/AAAA/>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
}
KEYS = {
    "rsa": rsa.generate_private_key(65537, 2048),
    "ed25519": ed25519.Ed25519PrivateKey.generate(),
    "ec": ec.generate_private_key(ec.SECP256R1()),
}


def pem(key) -> str:
    form = serialization.PrivateFormat.PKCS8
    raw: bytes = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    return raw.decode()


@pytest.fixture
def use(settings):
    def use_key(kind: str) -> None:
        settings.RAPPORT_DKIM_DOMAIN, settings.RAPPORT_DKIM_SELECTOR = "rapport.example", "autumn"
        settings.RAPPORT_DKIM_KEY, settings.RAPPORT_DKIM_KEY_FILE = pem(KEYS[kind]), ""

    return use_key


def holds(raw: bytes) -> bool:
    """Whether a receiver that asks the DNS for our record finds the signature good."""
    name, text = dns_record()

    def txt(asked: bytes, timeout: float = 5) -> bytes | None:
        return text.encode() if asked == f"{name}.".encode() else None

    return bool(dkim.verify(raw, dnsfunc=txt))


def mailing(sender="Rapport <news@rapport.example>", text="Привіт  and  hello\n\n\n", subject="Новини") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "Anna <anna@example.com>", subject
    mail["Date"], mail["Message-ID"] = "Mon, 02 Nov 2026 09:00:00 +0000", "<m1@rapport.example>"
    for name, value in LIST_HEADERS.items():
        mail[name] = value
    mail.set_content(text)
    mail.add_alternative(f"<p>{text}</p>", subtype="html")
    return mail.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def received(settings, raw: bytes, *, scope: str = "topic:news") -> bytes:
    envelope = outbox.Envelope(
        sender="news@rapport.example",
        recipients=["anna@example.com"],
        message_id="<m1@rapport.example>",
        raw=raw,
        scope=scope,
    )
    outbox.queue_envelope(envelope, now=clock.now())
    with sink(settings) as server:
        outbox.send_due(now=clock.now())
    (taken,) = server.envelopes
    content: bytes = taken.original_content
    return content


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_a_mail_server_receives_a_signature_over_all_that_offers_to_leave(settings, use, kind):
    use(kind)

    raw = received(settings, mailing())

    assert holds(raw)
    named = raw.partition(b"h=")[2].partition(b";")[0].decode()
    names = "".join(named.split()).split(":")
    for name in ("from", "to", "subject", "date", "message-id", "mime-version", "content-type"):
        assert name in names
    for name in ("list-unsubscribe", "list-unsubscribe-post", "list-id"):
        assert name in names
    assert raw.startswith(b"DKIM-Signature: v=1; a=")
    assert max(map(len, raw.split(b"\r\n"))) < 998


@pytest.mark.parametrize(
    ("there", "other"),
    [
        (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click", b"List-Unsubscribe-Post: no"),
        (b"unsubscribe/AAAA", b"unsubscribe/BBBB"),
        (b"From: Rapport", b"From: evil@example.com\r\nFrom: Rapport"),
        (b"List-Id:", b"List-Unsubscribe: <https://evil.example/>\r\nList-Id:"),
        (b"hello", b"hallo"),
    ],
)
def test_who_changes_it_on_the_way_breaks_the_signature(settings, use, there, other):
    use("rsa")
    raw = received(settings, mailing())

    assert there in raw
    assert not holds(raw.replace(there, other, 1))


def test_blanks_that_relays_change_break_nothing(use):
    use("rsa")
    raw = signed(mailing(), now=NOW)

    assert holds(raw.replace(b"Subject: ", b"Subject:   ", 1) + b"\r\n\r\n")


@examples(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200), st.binary(max_size=300))
def test_whatever_is_written_the_signature_holds(use, subject, body):
    use("ed25519")
    head = mailing(subject=" ".join(subject.split())).partition(b"\r\n\r\n")[0]
    text = body.replace(b"\r", b"").replace(b"\n", b"\r\n") + b"\r\n"

    assert holds(signed(head + b"\r\n\r\n" + text, now=NOW))


def test_what_is_written_to_a_person_leaves_as_it_is(settings, use):
    use("rsa")

    assert b"DKIM-Signature" not in received(settings, mailing(), scope="")


@pytest.mark.parametrize(
    ("sender", "is_signed"),
    [
        ("news@rapport.example", True),
        ("News <news@mail.Rapport.example>", True),
        ("=?utf-8?q?=D0=9D?= <news@rapport.example>", True),
        ("=?utf-8?q?=D0=9D=2C_LLC?= <news@rapport.example>", True),  # a comma, once decoded
        ("news@other.example", False),
        ("news@notrapport.example", False),
        ('"news@rapport.example" <evil@other.example>', False),
        ("", False),
    ],
)
def test_only_what_is_from_our_domain_is_signed(use, sender, is_signed):
    use("rsa")
    raw = b"From: " + sender.encode() + b"\r\nSubject: x\r\n\r\nHello\r\n"

    assert signed(raw, now=NOW).startswith(b"DKIM-Signature:") is is_signed


@pytest.mark.parametrize("key", ["", "nonsense", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "ec"])
def test_a_key_that_can_not_be_read_holds_no_mail_up_and_is_told(settings, use, key, caplog, capsys):
    use("rsa")
    settings.RAPPORT_DKIM_KEY = pem(KEYS[key]) if key in KEYS else key

    assert received(settings, mailing()).startswith(b"From:")
    with pytest.raises(UnreadableKey):
        private_key()
    assert "can't be read" in trouble()
    assert [
        each.id for each in run_checks(tags=["security"], include_deployment_checks=True) if each.id == "rapport.W001"
    ]
    told = caplog.text + "".join(capsys.readouterr())
    assert not settings.RAPPORT_DKIM_KEY or settings.RAPPORT_DKIM_KEY not in told


def test_a_key_may_lie_in_a_file_or_in_one_line(settings, use, tmp_path):
    use("rsa")
    settings.RAPPORT_DKIM_KEY = pem(KEYS["rsa"]).replace("\n", "\\n")
    assert holds(signed(mailing(), now=NOW))

    (tmp_path / "dkim.pem").write_text(pem(KEYS["ed25519"]))
    settings.RAPPORT_DKIM_KEY_FILE = str(tmp_path / "dkim.pem")
    assert holds(signed(mailing(), now=NOW))
    assert trouble() == ""
    settings.RAPPORT_DKIM_KEY_FILE = str(tmp_path / "absent.pem")
    assert trouble()


def test_without_a_domain_the_mail_server_is_asked_to_sign(settings):
    settings.RAPPORT_DKIM_DOMAIN = ""

    assert signed(b"From: a@b.example\r\n\r\n", now=NOW) == b"From: a@b.example\r\n\r\n"
    assert "must sign" in trouble()
    with pytest.raises(CommandError):
        call_command("dkim_record")


def test_the_record_for_the_dns_is_printed(use):
    use("ed25519")
    out = io.StringIO()
    call_command("dkim_record", stdout=out)

    assert out.getvalue().startswith('autumn._domainkey.rapport.example. IN TXT "v=DKIM1; k=ed25519; p=')
