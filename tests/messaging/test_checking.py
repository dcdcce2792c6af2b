"""Test connection: both servers tried, in plain words, and never for long."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from apps.messaging.models import MailAccount
from apps.messaging.services import accounts as services
from apps.messaging.services.account_input import AccountInput
from apps.messaging.services.checking import check
from tests.messaging.servers import account_on, free_port

pytestmark = pytest.mark.django_db


@pytest.fixture
def box(dovecot, smtp_sink, bob) -> MailAccount:
    sends = {"smtp_host": smtp_sink.host, "smtp_port": smtp_sink.port, "smtp_security": "none"}
    return account_on(dovecot, dovecot.add_user(), owner=bob, **sends)


def answers_to(name: str, addresses: list[list[str]], monkeypatch) -> list[str]:
    """Let the name servers of the world give these answers for `name`, one after the other; return what was asked."""
    ask, asked = socket.getaddrinfo, []

    def answer(host, *args, **kwargs):
        if host != name:
            return ask(host, *args, **kwargs)
        asked.append(host)
        found = addresses[min(len(asked), len(addresses)) - 1]
        return [each for address in found for each in ask(address, *args, **kwargs)]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


def test_both_servers_are_tried_without_a_mail_being_sent(box, dovecot, smtp_sink):
    box.password = ""  # the sink knows of no names
    box.imap_host = ""

    [sending] = check(box)

    assert sending.is_good
    assert sending.words.startswith("Connected")
    assert smtp_sink.envelopes == []


def test_a_right_password_says_how_much_mail_there_is(box, dovecot):
    dovecot.write(box.login, b"Subject: One\r\n\r\nOne\r\n")
    box.smtp_host = ""

    [receiving] = check(box)

    assert receiving.is_good
    assert "Signed in: 1 message in the inbox." in receiving.words
    assert "Without encryption" in receiving.words


def test_each_server_fails_for_itself(bob, dovecot):
    box = account_on(dovecot, dovecot.add_user(), owner=bob, password="wrong")
    box.smtp_host, box.smtp_port = "no.such.host.invalid", 465

    receiving, sending = check(box)

    assert not receiving.is_good
    assert "refused the sign-in" in receiving.words
    assert not sending.is_good
    assert "There is no server called no.such.host.invalid" in sending.words


def test_a_wrong_password_at_gmail_leads_to_its_app_passwords(bob, dovecot, monkeypatch):
    answers_to("imap.gmail.com", [["127.0.0.1"]], monkeypatch)
    box = account_on(dovecot, dovecot.add_user(), owner=bob, password="wrong")
    box.imap_host = "imap.gmail.com"

    [receiving] = check(box)

    assert "app password" in receiving.words
    assert receiving.help_url.startswith("https://support.google.com/")


def test_the_provider_of_a_sign_in_is_called_by_its_name(box):
    box.auth = MailAccount.Auth.GOOGLE

    [step] = check(box)

    assert (step.title, step.is_good) == ("Sign-in with Google", False)


def test_nobody_listening_is_told_apart(box):
    box.imap_port, box.smtp_host = free_port(), ""

    [receiving] = check(box)

    assert "Nothing answers on port" in receiving.words


def test_a_server_that_hangs_holds_nobody_up(box):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        box.imap_port = silent.getsockname()[1]
        box.password = ""
        begun = time.monotonic()

        receiving, sending = check(box, patience=0.5)

    assert time.monotonic() - begun < 3
    assert "didn't answer" in receiving.words
    assert sending.is_good


def test_a_certificate_of_another_name_is_told(box, tmp_path, monkeypatch):
    with tls_server("other.example", tmp_path) as (port, certificate):
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))  # one that is trusted, yet not for this name
        box.imap_port, box.imap_security, box.smtp_host = port, "tls", ""

        [receiving] = check(box)

    assert "certificate" in receiving.words
    assert "mismatch" in receiving.words


def test_private_networks_are_refused_whatever_the_name_says(box, settings, monkeypatch):
    settings.RAPPORT_PRIVATE_NETWORKS = []
    answers_to("mail.thief.example", [["127.0.0.1"]], monkeypatch)
    box.imap_host = box.smtp_host = "mail.thief.example"

    assert ["private network" in step.words for step in check(box)] == [True, True]


def test_a_name_that_changes_its_answer_leads_to_the_address_that_was_checked(box, monkeypatch):
    asked = answers_to("mail.thief.example", [["127.0.0.1"], ["10.0.0.1"]], monkeypatch)
    box.imap_host, box.smtp_host = "mail.thief.example", ""

    [receiving] = check(box)

    assert receiving.is_good
    assert len(asked) == 1


def test_the_page_tests_a_form_with_the_password_that_is_kept(client, bob, dovecot, now):
    user = dovecot.add_user()
    data = {
        "address": f"{user}@example.com",
        "login": user,
        "imap_host": "127.0.0.1",
        "imap_port": dovecot.port,
        "imap_security": "none",
    }
    account = services.add_account(actor=bob, data=AccountInput(**data, password="pw"), now=now)
    form = {**data, "auth": "password", "smtp_port": 465, "smtp_security": "tls", "sharing": "private"}
    form |= {"unknown_senders": "ask", "sync_interval": "5"}
    client.force_login(bob)
    headers = {"HX-Request": "true"}

    kept = client.post(f"/mail/accounts/{account.pk}/test/", form, headers=headers).content.decode()
    elsewhere = client.post(f"/mail/accounts/{account.pk}/test/", form | {"imap_host": "localhost"}, headers=headers)
    stored = client.post(f"/mail/accounts/{account.pk}/test/", headers=headers).content.decode()
    unsaved = client.post("/mail/accounts/try/", form | {"password": "wrong"}, headers=headers).content.decode()

    assert "Signed in: 0 messages" in kept
    assert "Type the password" in elsewhere.content.decode()
    assert "Signed in: 0 messages" in stored
    assert "refused the sign-in" in unsaved


def test_nobody_looks_for_open_ports_with_it(client, bob):
    client.force_login(bob)
    box = MailAccount.objects.create(owner=bob, address="bob@house.example", created_at=datetime.now(UTC))

    words = [client.post(f"/mail/accounts/{box.pk}/test/").content.decode() for _ in range(13)]

    assert ["That was often" in each for each in words] == [False] * 12 + [True]


@contextmanager
def tls_server(name: str, folder):
    """A server whose certificate is for `name`; yields its port and the certificate's file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), 1, now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_greet, args=(listener, context), daemon=True)
        thread.start()
        yield listener.getsockname()[1], pem
    thread.join(5)


def _greet(listener: socket.socket, context: ssl.SSLContext) -> None:
    try:
        peer, _address = listener.accept()
        with context.wrap_socket(peer, server_side=True) as encrypted:
            encrypted.sendall(b"* OK ready\r\n")
    except OSError:
        return
