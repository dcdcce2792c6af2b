"""A mailbox brought in line with its server: what was changed here goes out, what is new comes in, newest first."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.models import Operation
from apps.core.services import operations
from apps.core.services.operations import OperationCancelled, OperationFailed, Progress
from apps.messaging.models import MailAccount, MailFolder
from apps.messaging.services.announcing import announce_mail
from apps.messaging.services.problems import MailServerProblem
from apps.messaging.services.server_folders import refresh_folders
from apps.messaging.services.server_mailbox import ServerMailbox
from apps.messaging.services.sync_changes import forget_homeless, read_changes
from apps.messaging.services.sync_locks import AccountLock, SyncUnderWay, account_lock
from apps.messaging.services.sync_pushing import push_changes
from apps.messaging.services.sync_reading import Plan, plan, read_new, read_old
from apps.messaging.services.sync_times import note_failure, note_success

if TYPE_CHECKING:
    from apps.accounts.models import User

T = TypeVar("T")
log = structlog.get_logger(__name__)

__all__ = ["VERB", "Counts", "SyncUnderWay", "begin_sync", "in_turn", "run_sync", "sync_account"]

VERB = "mail.synced"
_TURN = 10.0  # seconds of reading old mail before new mail is looked for again
SHIFT = 40 * 60.0  # seconds; under the time limit of a job, the next one goes on
_WAIT_FOR_ANOTHER = timedelta(minutes=10)


@dataclass(slots=True)
class Counts:
    """What a sync did. `is_complete`: nothing is left for the next."""

    seen: int = 0  # messages fetched
    stored: int = 0  # of them new to this mailbox
    pushed: int = 0  # changes of ours the server was told of
    changed: int = 0  # threads whose flags or mail changed on the server
    folders: int = 0
    is_complete: bool = True


def begin_sync(*, actor: User, account: MailAccount, now: datetime) -> Operation:
    """Fetch the mail of `account` in the background. Raises PermissionDenied unless `actor` reads the mailbox."""
    if not MailAccount.objects.visible_to(actor).active().filter(pk=account.pk).exists():
        raise PermissionDenied
    return operations.start(actor=actor, verb=VERB, parameters={"account_id": account.pk}, now=now, undoable=False)


def run_sync(operation: Operation, progress: Progress) -> dict[str, Any]:
    """The worker's part of `begin_sync`; where another worker is at it already, its turn comes after that."""
    return asdict(
        in_turn(operation, progress, lambda account: sync_account(account, now=clock.now(), progress=progress))
    )


def in_turn(operation: Operation, progress: Progress, deed: Callable[[MailAccount], T]) -> T:
    """Do something with an operation's mailbox once nobody else does. Raises OperationFailed in words for people."""
    account = MailAccount.objects.active().exclude(imap_host="").filter(pk=operation.parameters["account_id"]).first()
    if account is None:
        raise OperationFailed(_("This mailbox is not fetched from a server."))
    deadline = clock.now() + _WAIT_FOR_ANOTHER
    while True:
        try:
            return deed(account)
        except SyncUnderWay:
            if clock.now() > deadline:
                raise OperationFailed(_("This mailbox is being fetched already.")) from None
            progress.check_cancelled()
            _tell_of_other(account, progress)
            time.sleep(1)
        except MailServerProblem as problem:
            raise OperationFailed(problem.words) from problem


def _tell_of_other(account: MailAccount, progress: Progress) -> None:
    """While another worker is at it, its bar counts what is here by now of what lies there."""
    there = account.folders.filter(is_synced=True).aggregate(total=Sum("total"))["total"] or 0
    here = min(account.copies.filter(folder__is_synced=True).count(), there)
    progress.total(there or None)
    told = {"done": f"{here:,}", "total": f"{there:,}"}
    progress.at(here, _("Being fetched already: messages %(done)s of %(total)s") % told)


def sync_account(
    account: MailAccount, *, now: datetime, progress: Progress | None = None, shift: float = SHIFT
) -> Counts:
    """Sync all folders of `account`, once; what can't be finished in `shift` seconds waits for the next.

    A repeat changes nothing. Raises MailServerProblem, which is noted on the account, and SyncUnderWay.
    """
    with account_lock(account.pk) as lock:
        account.refresh_from_db()
        try:
            with ServerMailbox(account) as mailbox:
                counts = _Sync(mailbox, lock, progress, now, shift).run()
        except OperationCancelled:
            raise
        except MailServerProblem as problem:
            note_failure(account, problem, now=clock.now())
            raise
        except Exception:
            note_failure(account, MailServerProblem(_("Something went wrong; it was logged.")), now=clock.now())
            raise
        note_success(account, now=now, is_complete=counts.is_complete)
    log.info("mail.synced", account_id=account.pk, **asdict(counts))
    return counts


class _Sync:
    def __init__(
        self, mailbox: ServerMailbox, lock: AccountLock, progress: Progress | None, now: datetime, shift: float
    ) -> None:
        self.mailbox, self.lock, self.progress, self.now = mailbox, lock, progress, now
        self.counts = Counts()
        self.before = progress.done if progress else 0  # by an attempt that was cut
        self.total = 0
        self.ends = time.monotonic() + shift

    def run(self) -> Counts:
        account = self.mailbox.account
        folders = refresh_folders(account, self.mailbox)
        synced = [folder for folder in folders if folder.is_synced]
        self.counts.folders = len(synced)
        # What has just come in is waited for: slow servers take seconds for each of the other folders.
        first = [plan(self.mailbox, folder) for folder in synced if folder.role == MailFolder.Role.INBOX]
        self._read_new(first, total=sum(each.count for each in first))
        self.counts.pushed = push_changes(self.mailbox, folders, now=self.now)
        others = [plan(self.mailbox, folder) for folder in synced if folder.role != MailFolder.Role.INBOX]
        plans = [*first, *others]
        # Mail that was moved is found in its new folder before it is missed in the old one.
        self._read_new(others, total=sum(each.count for each in plans))
        changed: set[tuple[int, int]] = set()
        for each in plans:
            if not each.is_quiet:
                changed |= read_changes(self.mailbox, each.folder, each.selected, now=self.now)
        self._read_old(plans)
        if self.counts.is_complete:
            changed |= forget_homeless(account, now=self.now)
        self.counts.changed = len(changed)
        announce_mail(changed)
        return self.counts

    def _read_new(self, plans: Sequence[Plan], *, total: int) -> None:
        self._expect(total)
        for each in plans:
            read_new(self.mailbox, each, now=self.now, seen=self._seen)

    def _read_old(self, plans: Sequence[Plan]) -> None:
        """Folder by folder, newest first; every few seconds new mail has a turn."""
        for each in plans:
            while not self._read_turn(each):
                if time.monotonic() > self.ends or each.folder.backfill_uid is None:
                    self.counts.is_complete = False
                    return
                self._look_for_new(plans)

    def _read_turn(self, each: Plan) -> bool:
        if each.folder.backfill_uid is None:
            return True
        turn = min(time.monotonic() + _TURN, self.ends)
        return read_old(self.mailbox, each, now=self.now, seen=self._seen, until=lambda: time.monotonic() > turn)

    def _look_for_new(self, plans: Sequence[Plan]) -> None:
        for each in plans:
            counted_by = each.folder.uidvalidity
            fresh = plan(self.mailbox, each.folder)
            if each.folder.uidvalidity != counted_by:
                each.old = fresh.old
            self._expect(self.total + len(fresh.new))
            read_new(self.mailbox, fresh, now=self.now, seen=self._seen)

    def _expect(self, total: int) -> None:
        self.total = total
        if self.progress:
            self.progress.total(self.before + total)

    def _seen(self, seen: int, stored: int) -> None:
        """After each portion: it is in the store, and somebody may want us to stop."""
        self.counts.seen += seen
        self.counts.stored += stored
        self.lock.check()
        if self.progress:
            done, total = self.before + self.counts.seen, self.before + max(self.total, self.counts.seen)
            words = _("Messages %(done)s of %(total)s") % {"done": f"{done:,}", "total": f"{total:,}"}
            self.progress.at(done, words)
            self.progress.check_cancelled()
