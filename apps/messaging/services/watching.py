"""IDLE on the inboxes of all watched accounts in one process: a thread each, so that none waits for another."""

from __future__ import annotations

import random
import select
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import DatabaseError, connections

from apps.core import clock
from apps.core.models import Operation
from apps.core.services import health
from apps.core.services.operations import OperationCancelled, Progress
from apps.messaging.models import MailAccount
from apps.messaging.services.connections import Say
from apps.messaging.services.idling import Idler
from apps.messaging.services.problems import MailServerProblem
from apps.messaging.services.server_mailbox import ServerMailbox
from apps.messaging.services.sync_locks import SyncUnderWay
from apps.messaging.services.syncing import sync_account

log = structlog.get_logger(__name__)

_SHIFT = 20.0  # seconds of a sync in here: what takes longer is left to the workers
_CONNECTION = ("imap_host", "imap_port", "imap_security", "auth", "login", "address", "password", "refresh_token")


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. An IDLE is renewed at a random moment between the first two, before anyone cuts it (RFC 2177)."""

    renew_after: tuple[float, float] = (9 * 60.0, 25 * 60.0)
    look_for_accounts: float = 5.0
    first_pause: float = 5.0
    longest_pause: float = 600.0
    collect: float = 0.2  # one sync for what comes at once
    leave_within: float = 3.0
    syncs_at_once: int = 8


class Watch:
    """Runs until `stop`. Each protocol line is told to `say(account id, line)`, where that is wanted."""

    def __init__(self, *, pace: Pace | None = None, say: Callable[[int, str], None] | None = None) -> None:
        self.pace = pace or Pace()
        self.say = say
        self.stopping = False
        self._bell, self._ring = socket.socketpair()
        self.slots = threading.BoundedSemaphore(self.pace.syncs_at_once)
        self.watchers: dict[int, _Watcher] = {}

    def run(self) -> None:
        """Watch the accounts there are, and those that come; return soon after `stop`."""
        try:
            while not self.stopping:
                self._look_for_accounts()
                select.select([self._bell], [], [], self.pace.look_for_accounts)
        finally:
            deadline = time.monotonic() + self.pace.leave_within
            for watcher in self.watchers.values():
                watcher.leave()
            for watcher in self.watchers.values():
                watcher.join(max(0.0, deadline - time.monotonic()))
            connections.close_all()

    def stop(self) -> None:
        """End it all; may be called from a signal's handler (so no locks), and twice."""
        self.stopping = True
        self._ring.send(b".")

    def _look_for_accounts(self) -> None:
        try:
            wanted = {account.pk: account for account in _watched()}
            health.beat(now=clock.now(), process="mailwatch")
        except (DatabaseError, OSError) as error:  # OSError: Redis
            log.warning("mail.watch.blind", error=type(error).__name__)
            connections.close_all()
            return
        for pk, watcher in list(self.watchers.items()):
            account = wanted.get(pk)
            if account is None or watcher.key != _key(account) or not watcher.is_alive():
                watcher.leave()
                del self.watchers[pk]
        for pk, account in wanted.items():
            if pk not in self.watchers:
                self.watchers[pk] = _Watcher(account, self)
                self.watchers[pk].start()


class _Watcher(threading.Thread):
    """One account: connected and idle, or waiting to connect again."""

    def __init__(self, account: MailAccount, watch: Watch) -> None:
        super().__init__(name=f"mail-{account.pk}", daemon=True)
        self.account, self.watch, self.key = account, watch, _key(account)
        self.left = False
        self._bell, self._ring = socket.socketpair()
        self._failures = 0

    def leave(self) -> None:
        """Let go of the account at the next opportunity."""
        self.left = True
        self._ring.send(b".")

    def run(self) -> None:
        log.info("mail.watch.begun", account_id=self.account.pk)
        try:
            while not self.left:
                try:
                    self._watch()
                except MailServerProblem as problem:
                    self._pause(type(problem).__name__, is_permanent=problem.is_permanent)
                except Exception as error:  # the others are still watched
                    log.exception("mail.watch.failed", account_id=self.account.pk)
                    self._pause(type(error).__name__, is_permanent=False)
        finally:
            connections.close_all()
            log.info("mail.watch.ended", account_id=self.account.pk)

    def _watch(self) -> None:
        with ServerMailbox(self.account, say=self._say()) as mailbox:
            mailbox.select("INBOX", readonly=True)
            idler = Idler(mailbox, stop=self._bell.fileno())
            self._sync()
            self._failures = 0
            while not self.left:
                news = idler.wait(random.uniform(*self.watch.pace.renew_after))  # noqa: S311
                if self.left:
                    return
                if news:
                    self._rest(self.watch.pace.collect)
                    self._sync()
                elif idler.heartbeat():
                    self._sync()

    def _sync(self) -> None:
        """With a connection of its own; where a worker is at it, after that, since it may have looked already."""
        while not self.left:
            try:
                with self.watch.slots:
                    sync_account(self.account, now=clock.now(), progress=_WhileWatched(self), shift=_SHIFT)
                return
            except OperationCancelled:
                return
            except SyncUnderWay:
                self._rest(2.0)
            finally:
                connections.close_all()

    def _pause(self, problem: str, *, is_permanent: bool) -> None:
        pace = self.watch.pace
        pause = min(pace.first_pause * 2**self._failures, pace.longest_pause)
        if is_permanent:
            pause = pace.longest_pause  # a change of the account ends it
        pause *= random.uniform(0.5, 1.0)  # noqa: S311  those dropped together don't come back together
        self._failures = min(self._failures + 1, 20)
        log.warning("mail.watch.lost", account_id=self.account.pk, problem=problem, seconds=round(pause, 1))
        self._rest(pause)

    def _rest(self, seconds: float) -> None:
        select.select([self._bell], [], [], seconds)

    def _say(self) -> Say | None:
        if self.watch.say is None:
            return None
        say, pk = self.watch.say, self.account.pk
        return lambda line: say(pk, line)


class _WhileWatched(Progress):
    """Ends a sync between two portions when its watcher leaves."""

    def __init__(self, watcher: _Watcher) -> None:
        super().__init__(Operation())
        self.watcher = watcher

    def check_cancelled(self) -> None:
        if self.watcher.left:
            raise OperationCancelled


def _watched() -> list[MailAccount]:
    accounts = MailAccount.objects.active().filter(is_watched=True).exclude(imap_host="")
    return list(accounts.order_by("pk"))


def _key(account: MailAccount) -> tuple[Any, ...]:
    return tuple(getattr(account, name) for name in _CONNECTION)
