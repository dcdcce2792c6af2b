"""Does a mailbox work? Both of its servers are tried, without a mail being sent; the answer is words for people."""

from __future__ import annotations

import imaplib
import smtplib
import threading
import time
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connections as db_connections
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from apps.core import clock, secrets
from apps.messaging.models import MailAccount
from apps.messaging.permissions import can_change_account
from apps.messaging.presets import preset_of
from apps.messaging.services import connections, oauth
from apps.messaging.services.account_input import AccountInput, cleaned, goes_elsewhere
from apps.messaging.services.accounts import fill
from apps.messaging.services.problems import MailServerProblem, SignInRefused

if TYPE_CHECKING:
    from apps.accounts.models import User

log = structlog.get_logger(__name__)

PATIENCE = 12.0  # seconds for both servers together: somebody is waiting


@dataclass(frozen=True, slots=True)
class Step:
    """What was tried and what came of it; `help_url` leads to the provider's page on it."""

    title: str
    is_good: bool
    words: str
    help_url: str = ""


def trial_of(*, actor: User, account: MailAccount | None, data: AccountInput) -> MailAccount:
    """The mailbox as it would be with `data`, not saved; the password that is kept only where it would stay.

    Raises PermissionDenied, ValidationError by field.
    """
    if account is not None and not can_change_account(actor, account):
        raise PermissionDenied
    data = cleaned(data)
    trial = copy(account) if account is not None else MailAccount()
    if account is None or goes_elsewhere(account, data):
        trial.password = trial.access_token = trial.refresh_token = ""
    if data.auth == MailAccount.Auth.PASSWORD and data.imap_host and not (data.password or trial.password):
        raise ValidationError({"password": _("Type the password, for this server and this name.")})
    fill(trial, data)
    return trial


def check(account: MailAccount, *, patience: float = PATIENCE) -> list[Step]:
    """Try to sign in to both servers at once, for at most `patience` seconds; a step for each that is named."""
    if account.auth != MailAccount.Auth.PASSWORD:
        try:  # here, where there is a database connection: the tries have a token then
            _have_token(account)
        except MailServerProblem as problem:
            title = _("Sign-in with %(provider)s") % {"provider": oauth.provider_name(account)}
            return [Step(title, False, problem.words)]
    tries = []
    if account.imap_host:
        tries.append(
            _Try(pgettext("connection test", "Receiving"), account.imap_host, account.imap_port, account, _receive)
        )
    if account.smtp_host:
        tries.append(_Try(pgettext("connection test", "Sending"), account.smtp_host, account.smtp_port, account, _send))
    until = time.monotonic() + patience
    for each in tries:
        each.start()
    return [each.outcome(until, patience) for each in tries]


def _have_token(account: MailAccount) -> None:
    if not account.refresh_token:  # also where it was given for other servers
        oauth.want_consent(account)
    oauth.access_token(account, now=clock.now())


class _Try(threading.Thread):
    """One server, tried in a thread of its own: one that hangs neither holds up the page nor the other one."""

    def __init__(
        self, title: str, host: str, port: int, account: MailAccount, ask: Callable[[MailAccount], str]
    ) -> None:
        super().__init__(name="mail-check", daemon=True)
        self._title, self._host, self._port, self._account, self._ask = title, host, port, account, ask
        self._language = translation.get_language()
        self._step: Step | None = None

    def run(self) -> None:
        with translation.override(self._language):
            try:
                self._step = Step(self._title, True, self._ask(self._account))
            except MailServerProblem as problem:
                self._step = _failed(self._title, self._account, problem)
            except secrets.Undecryptable:
                self._step = Step(self._title, False, _("The stored password can't be read any more. Type it again."))
            finally:
                db_connections.close_all()  # this thread's own: a token may have been renewed

    def outcome(self, until: float, patience: float) -> Step:
        self.join(max(0.0, until - time.monotonic()))
        if self._step is not None:
            return self._step
        if self.is_alive():
            words = _(
                "%(host)s didn't answer on port %(port)s within %(seconds)d seconds. Check the port and security."
            )
            told = {"host": self._host, "port": self._port, "seconds": round(patience)}
            return Step(self._title, False, words % told)
        log.error("mail.check.failed", host=self._host)  # the thread's own traceback has gone to the log
        return Step(self._title, False, _("It could not be tried: an error of ours, which was noted."))


def _receive(account: MailAccount) -> str:
    client = connections.open_imap(account)
    try:
        with connections.explained(account.imap_host, account.imap_port):
            count = int(client.folder_status("INBOX", ["MESSAGES"])[b"MESSAGES"])
    finally:
        _quietly(client.logout)
    told = ngettext("Signed in: %(count)d message in the inbox.", "Signed in: %(count)d messages in the inbox.", count)
    return _and_safety(told % {"count": count}, account.imap_security)


def _send(account: MailAccount) -> str:
    connection = connections.open_smtp(account)
    _quietly(connection.quit)
    has_name = account.password or account.auth != MailAccount.Auth.PASSWORD
    return _and_safety(_("Signed in.") if has_name else _("Connected, without a sign-in."), account.smtp_security)


def _and_safety(words: str, security: str) -> str:
    if security != MailAccount.Security.NONE:
        return words
    return f"{words} {_('Without encryption others on the way can read password and mail.')}"


def _failed(title: str, account: MailAccount, problem: MailServerProblem) -> Step:
    preset = preset_of(account)
    if preset is None or not isinstance(problem, SignInRefused) or account.auth != MailAccount.Auth.PASSWORD:
        return Step(title, False, problem.words)
    return Step(title, False, f"{problem.words} {preset.note}".strip(), preset.help_url)


def _quietly(farewell: Callable[[], Any]) -> None:
    try:
        farewell()
    except (OSError, imaplib.IMAP4.error, smtplib.SMTPException):
        return  # it has said what we wanted to know
