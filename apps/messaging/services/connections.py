"""Connections to the servers of an account: guarded (core.hosts), with time-outs, TLS and XOAUTH2."""

from __future__ import annotations

import base64
import imaplib
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import imapclient
from django.conf import settings
from django.utils.translation import gettext as _

from apps.core import clock, hosts, secrets
from apps.messaging.models import MailAccount
from apps.messaging.services.problems import MailServerProblem, ServerConfused, SignInRefused, explain

__all__ = ["MailServerProblem", "explained", "open_imap", "open_smtp"]

# What one answer may hold. We ask for no more than this; a server that sends more anyway is cut off.
LARGEST_LITERAL = 64 * 1024 * 1024

Say = Callable[[str], None]
Connection = TypeVar("Connection")


def open_imap(account: MailAccount, *, say: Say | None = None) -> imapclient.IMAPClient:
    """Connect and sign in; `say` gets each line of the protocol, without secrets. Raises MailServerProblem."""
    return _with_good_token(account, lambda: _dial_imap(account, say))


def open_smtp(account: MailAccount) -> smtplib.SMTP:
    """Connect and sign in, where the account has a password or token. Raises MailServerProblem."""
    return _with_good_token(account, lambda: _dial_smtp(account))


def _with_good_token(account: MailAccount, dial: Callable[[], Connection]) -> Connection:
    """A token that the server takes no longer, although its time isn't over, is fetched anew: once."""
    try:
        return dial()
    except SignInRefused:
        if account.auth == MailAccount.Auth.PASSWORD:
            raise
        from apps.messaging.services import oauth  # it needs this module's problems

        oauth.access_token(account, now=clock.now(), refused=secrets.decrypt(account.access_token))
    try:
        return dial()
    except SignInRefused as problem:
        told = {"auth": account.get_auth_display(), "login": _name(account)}
        words = _(
            "The server doesn't take the access of %(login)s (%(auth)s). Sign in again in the mailbox's settings."
        )
        raise SignInRefused(words % told) from problem


def _dial_imap(account: MailAccount, say: Say | None) -> imapclient.IMAPClient:
    with explained(account.imap_host, account.imap_port):
        client = _GuardedClient(account, say)
        try:
            if account.imap_security == MailAccount.Security.STARTTLS:
                if not client.has_capability("STARTTLS"):
                    raise ServerConfused(_("%(host)s offers no STARTTLS.") % {"host": account.imap_host})
                client.starttls(ssl.create_default_context())
            _sign_in(client, account)
            client.follow(say)
        except BaseException:
            _hang_up(client)
            raise
    return client


def _dial_smtp(account: MailAccount) -> smtplib.SMTP:
    wrapped = account.smtp_security == MailAccount.Security.TLS
    with explained(account.smtp_host, account.smtp_port):
        kind = _GuardedSMTPS if wrapped else _GuardedSMTP
        connection = kind(account.smtp_host, account.smtp_port, timeout=settings.RAPPORT_MAIL_TIMEOUT)
        try:
            connection.ehlo_or_helo_if_needed()
            if account.smtp_security == MailAccount.Security.STARTTLS:
                connection.starttls(context=ssl.create_default_context())
                connection.ehlo()
            _sign_in_to_send(connection, account)
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def explained(host: str, port: int) -> Iterator[None]:
    """Whatever goes wrong in here with the server leaves as a MailServerProblem."""
    try:
        yield
    except (imaplib.IMAP4.error, smtplib.SMTPException, OSError, UnicodeError) as error:
        raise explain(error, host=host, port=port) from error


def connect(host: str, port: int, timeout: float | None) -> socket.socket:
    """Open a socket to `host`, to an address that was checked. Raises OSError, ForbiddenHost."""
    problem: OSError | None = None
    for address in hosts.checked_addresses(host, port):
        try:
            return socket.create_connection((address, port), timeout)
        except OSError as error:
            problem = error
    raise problem or OSError(f"{host} has no address")


class _GuardedIMAP(imaplib.IMAP4):
    """imaplib over a checked address; no literal is read that is larger than we ever ask for."""

    def __init__(self, host: str, port: int, *, is_tls: bool, timeout: float) -> None:
        self._is_tls, self._patience = is_tls, timeout
        super().__init__(host, port, timeout=timeout)

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        plain = connect(self.host, self.port, self._patience)
        if not self._is_tls:
            return plain
        try:
            return ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise

    def read(self, size: int) -> bytes:
        if size > LARGEST_LITERAL:
            raise self.abort(f"a literal of {size} bytes")
        return super().read(size)


class _GuardedClient(imapclient.IMAPClient):  # type: ignore[misc]  # it has no stubs
    def __init__(self, account: MailAccount, say: Say | None) -> None:
        self._tls = account.imap_security == MailAccount.Security.TLS
        super().__init__(
            account.imap_host, account.imap_port, ssl=self._tls, timeout=float(settings.RAPPORT_MAIL_TIMEOUT)
        )
        self.normalise_times = False
        self._imap.debug = 0  # its log would repeat each message

    def _create_IMAP4(self) -> _GuardedIMAP:  # noqa: N802
        return _GuardedIMAP(self.host, self.port, is_tls=self._tls, timeout=self._timeout.connect)

    def follow(self, say: Say | None) -> None:
        """From now on, after the sign-in, tell `say` each line."""
        if say is None:
            return

        def tell(text: str, _seconds: float | None = None) -> None:
            say(text[:200])

        self._imap._mesg = tell
        self._imap.debug = 4


class _GuardedSMTP(smtplib.SMTP):
    def _get_socket(self, host: str, port: int, timeout: float | None) -> socket.socket:
        return connect(host, port, timeout)


class _GuardedSMTPS(smtplib.SMTP_SSL):
    def _get_socket(self, host: str, port: int, timeout: float | None) -> ssl.SSLSocket:
        return ssl.create_default_context().wrap_socket(connect(host, port, timeout), server_hostname=host)


def _sign_in(client: imapclient.IMAPClient, account: MailAccount) -> None:
    login = _name(account)
    if account.auth != MailAccount.Auth.PASSWORD:
        client.oauth2_login(login, _token(account))
        return
    password = secrets.decrypt(account.password)
    if (login + password).isascii():
        client.login(login, password)
    else:
        client.plain_login(login, password)


def _sign_in_to_send(connection: smtplib.SMTP, account: MailAccount) -> None:
    login = _name(account)
    if account.auth != MailAccount.Auth.PASSWORD:
        _authenticate(connection, "XOAUTH2", f"user={login}\1auth=Bearer {_token(account)}\1\1")
        return
    password = secrets.decrypt(account.password)
    if not password:
        return
    if (login + password).isascii():
        connection.login(login, password)
    else:
        _authenticate(connection, "PLAIN", f"\0{login}\0{password}")


def _authenticate(connection: smtplib.SMTP, mechanism: str, answer: str) -> None:
    code, words = connection.docmd("AUTH", f"{mechanism} {base64.b64encode(answer.encode()).decode()}")
    if code == 334:  # XOAUTH2 tells its error in a challenge, and wants an empty answer
        code, words = connection.docmd("")
    if code not in (235, 503):
        raise smtplib.SMTPAuthenticationError(code, words)


def _name(account: MailAccount) -> str:
    login = account.login or account.address
    if not login.isprintable():
        raise SignInRefused(_("The name to sign in with has characters that no server takes."))
    return login


def _token(account: MailAccount) -> str:
    from apps.messaging.services import oauth  # it needs this module's problems

    return oauth.access_token(account, now=clock.now())


def _hang_up(client: Any) -> None:
    try:
        client.shutdown()
    except (OSError, imaplib.IMAP4.error):
        return
