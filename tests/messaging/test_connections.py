"""Connections to mail servers: what goes wrong is said in plain words."""

from __future__ import annotations

import socket
import threading

import pytest

from apps.core import secrets
from apps.messaging.models import MailAccount
from apps.messaging.services import problems
from apps.messaging.services.connections import MailServerProblem, open_imap, open_smtp
from tests.messaging.servers import account_on, free_port

pytestmark = pytest.mark.django_db


def test_an_account_signs_in_at_dovecot(dovecot, alice):
    account = account_on(dovecot, dovecot.add_user(), owner=alice)

    with open_imap(account) as client:
        assert client.select_folder("INBOX")[b"EXISTS"] == 0


def test_an_account_signs_in_at_pymap(pymap, alice):
    account = account_on(pymap, pymap.add_user(), owner=alice)

    with open_imap(account) as client:
        assert client.select_folder("INBOX")[b"EXISTS"] == 0


def test_a_password_may_have_letters_of_any_language(dovecot, alice):
    account = account_on(dovecot, dovecot.add_user(password="пароль"), password="пароль", owner=alice)

    with open_imap(account) as client:
        assert client.folder_exists("INBOX")


def test_a_wrong_password_is_said_to_be_one(dovecot, alice):
    account = account_on(dovecot, dovecot.add_user(), password="other", owner=alice)

    with pytest.raises(problems.SignInRefused, match="refused the sign-in") as caught:
        open_imap(account)

    assert caught.value.is_permanent
    assert "other" not in caught.value.words


def test_a_name_with_line_breaks_never_reaches_the_server(dovecot, alice):
    account = account_on(dovecot, dovecot.add_user(), owner=alice)
    account.login = 'x" "y"\r\nA1 LOGOUT'

    with pytest.raises(problems.SignInRefused, match="characters"):
        open_imap(account)


def test_hosts_that_lead_nowhere_are_told_apart(dovecot, alice, settings):
    account = account_on(dovecot, dovecot.add_user(), owner=alice)

    account.imap_host, account.imap_port = "mail.invalid", 993
    with pytest.raises(problems.HostUnknown, match=r"no server called mail\.invalid"):
        open_imap(account)
    account.imap_host, account.imap_port = "127.0.0.1", free_port()
    with pytest.raises(problems.ServerUnreachable, match="Nothing answers on port"):
        open_imap(account)
    settings.RAPPORT_PRIVATE_NETWORKS = []
    with pytest.raises(problems.HostForbidden, match="private network"):
        open_imap(account)


def test_a_server_without_tls_is_said_to_have_none(dovecot, alice):
    account = account_on(dovecot, dovecot.add_user(), owner=alice, imap_security=MailAccount.Security.TLS)

    with pytest.raises(problems.EncryptionFailed, match="doesn't speak TLS"):
        open_imap(account)
    account.imap_security = MailAccount.Security.STARTTLS
    with pytest.raises(problems.ServerConfused, match="no STARTTLS"):
        open_imap(account)


def test_a_server_that_hangs_is_given_up(alice, settings, pymap):
    settings.RAPPORT_MAIL_TIMEOUT = 0.3
    account = account_on(pymap, pymap.add_user(), owner=alice)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        account.imap_port = account.smtp_port = listener.getsockname()[1]
        account.smtp_host, account.smtp_security = "127.0.0.1", MailAccount.Security.NONE

        with pytest.raises(problems.ServerSilent, match="doesn't answer"):
            open_imap(account)
        with pytest.raises(MailServerProblem):
            open_smtp(account)


def test_an_account_sends_through_its_own_server(smtp_sink, alice, pymap):
    account = account_on(pymap, pymap.add_user(), owner=alice, password="")
    account.smtp_host, account.smtp_port, account.smtp_security = smtp_sink.host, smtp_sink.port, "none"

    with open_smtp(account) as connection:
        connection.sendmail(account.address, ["kim@example.com"], b"Subject: Hello\r\n\r\nHello\r\n")

    assert [envelope.rcpt_tos for envelope in smtp_sink.envelopes] == [["kim@example.com"]]


def test_a_password_that_smtp_refuses_is_said_to_be_refused(alice, settings, pymap):
    account = account_on(pymap, pymap.add_user(), owner=alice, password=secrets.encrypt("x"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_refuse, args=[listener], daemon=True)
        thread.start()
        account.smtp_host, account.smtp_security = "127.0.0.1", MailAccount.Security.NONE
        account.smtp_port = listener.getsockname()[1]

        with pytest.raises(problems.SignInRefused, match="not today"):
            open_smtp(account)
        thread.join(5)


def _refuse(listener: socket.socket) -> None:
    peer, _ = listener.accept()
    with peer, peer.makefile("rb") as lines:
        peer.sendall(b"220 ready\r\n")
        for line in lines:
            answer = (
                b"250-here\r\n250 AUTH PLAIN LOGIN\r\n" if line.upper().startswith(b"EHLO") else b"535 not today\r\n"
            )
            peer.sendall(answer)
