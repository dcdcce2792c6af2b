"""What goes wrong with mail servers, in words for people."""

from __future__ import annotations

import socket
import ssl
from smtplib import SMTPAuthenticationError, SMTPException, SMTPResponseException

from django.utils.translation import gettext as _
from imapclient.exceptions import IMAPClientError, LoginError

from apps.core.hosts import ForbiddenHost


class MailServerProblem(OSError):
    """The server can't be reached or won't do what was asked; `words` is a sentence for people.

    `is_permanent` where only a person can mend it (a wrong password); otherwise it may pass. An OSError, so that
    the outbox, which knows nothing of accounts, tries such a mail again later.
    """

    is_permanent = False

    def __init__(self, words: str) -> None:
        self.words = words
        super().__init__(words)


class SignInRefused(MailServerProblem):
    is_permanent = True


class HostUnknown(MailServerProblem):
    is_permanent = True


class HostForbidden(MailServerProblem):
    is_permanent = True


class EncryptionFailed(MailServerProblem):
    is_permanent = True


class ServerSilent(MailServerProblem):
    """It took longer than it may."""


class ServerUnreachable(MailServerProblem):
    """Nobody listens there, or the connection broke."""


class ServerConfused(MailServerProblem):
    """It answered what makes no sense, or refused a command."""


def explain(error: Exception, *, host: str, port: int) -> MailServerProblem:
    """Return the problem that `error`, raised while talking to `host`, stands for."""
    where = {"host": host, "port": port}
    match error:
        case MailServerProblem():
            return error
        case ForbiddenHost():
            return HostForbidden(_("%(host)s lies in a private network. An administrator can allow it.") % where)
        case socket.gaierror():
            return HostUnknown(_("There is no server called %(host)s. Check the name.") % where)
        case ssl.SSLCertVerificationError():
            told = {**where, "reason": error.verify_message}
            return EncryptionFailed(_("The certificate of %(host)s is not valid for it: %(reason)s.") % told)
        case ssl.SSLError():
            words = _("%(host)s doesn't speak TLS on port %(port)s. Check the port and the kind of security.")
            return EncryptionFailed(words % where)
        case TimeoutError():
            return ServerSilent(_("%(host)s doesn't answer on port %(port)s.") % where)
        case ConnectionRefusedError():
            return ServerUnreachable(_("Nothing answers on port %(port)s of %(host)s. Check the port.") % where)
        case LoginError() | SMTPAuthenticationError():
            words = _("%(host)s refused the sign-in: %(answer)s. Check name and password; some need an app password.")
            return SignInRefused(words % {**where, "answer": _answer(error)})
        case UnicodeError():
            return SignInRefused(_("%(host)s takes only plain letters in names and passwords.") % where)
        case IMAPClientError() | SMTPException() if not _broke(error):
            return ServerConfused(_("%(host)s answered: %(answer)s") % {**where, "answer": _answer(error)})
        case _:
            return ServerUnreachable(_("The connection to %(host)s broke off.") % where)


def _broke(error: Exception) -> bool:
    """Is it the end of the connection rather than an answer?"""
    words = str(error)
    return any(sign in words for sign in ("EOF", "socket error", "unexpectedly closed", "Broken pipe"))


def _answer(error: Exception) -> str:
    """The server's words: one short line, whatever it sent."""
    said = error.smtp_error if isinstance(error, SMTPResponseException) else str(error)
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    text = text.removeprefix("b'").removesuffix("'")
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:200].rstrip(".")
