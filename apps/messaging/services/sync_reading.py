"""New mail and old: what each folder still has to give, and giving it to the store portion by portion."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from django.db import transaction

from apps.messaging.models import MailFolder
from apps.messaging.services.fetching import portions
from apps.messaging.services.reading_ahead import ReadingAhead
from apps.messaging.services.server_mailbox import Selected, ServerMailbox
from apps.messaging.services.storing import Stored, store
from apps.messaging.services.sync_renumbering import renumber

log = structlog.get_logger(__name__)

_NEWEST = 20  # asked for by name before the highest UID is believed


@dataclass(slots=True)
class Plan:
    """What is still to be fetched of a folder. `new` ascends, `old` descends: the newest comes first."""

    folder: MailFolder
    selected: Selected  # how the folder stood before it was looked through
    new: list[int] = field(default_factory=list)
    old: list[int] = field(default_factory=list)
    is_quiet: bool = False  # nothing at all happened there since the last sync

    @property
    def count(self) -> int:
        return len(self.new) + len(self.old)


def plan(mailbox: ServerMailbox, folder: MailFolder) -> Plan:
    """Look at a folder and begin with it, if it wasn't yet or its UIDs no longer count (RFC 3501, 2.3.1.1)."""
    selected = mailbox.select(folder.name, readonly=True)
    if _is_quiet(folder, selected):
        return Plan(folder, selected, is_quiet=True)
    if folder.uidvalidity != selected.uidvalidity:
        if folder.uidvalidity is not None:
            log.info("mail.folder.renumbered", folder_id=folder.pk)
            renumber(mailbox, folder, selected)
        _begin(mailbox, folder, selected)
    elif folder.last_uid == 0 and folder.backfill_uid is None:
        _begin(mailbox, folder, selected)  # it was empty
    return Plan(folder, selected, _new(mailbox, folder), _old(mailbox, folder))


def read_new(mailbox: ServerMailbox, plan: Plan, *, now: datetime, seen: Callable[[int, int], None]) -> None:
    """Store what came since; `seen` is told how many were looked at and how many were new, after each portion."""

    def mark(folder: MailFolder, batch: list[int]) -> None:
        folder.last_uid = max(folder.last_uid, *batch)
        folder.save(update_fields=["last_uid"])

    _read(mailbox, plan.folder, plan.new, now=now, mark=mark, seen=seen)
    plan.new = []


def read_old(
    mailbox: ServerMailbox, plan: Plan, *, now: datetime, seen: Callable[[int, int], None], until: Callable[[], bool]
) -> bool:
    """Go on downwards till the folder is read, or `until` says that others want a turn; True if it is read."""

    def mark(folder: MailFolder, batch: list[int]) -> None:
        folder.backfill_uid = min(batch)
        folder.save(update_fields=["backfill_uid"])
        del plan.old[: plan.old.index(batch[-1]) + 1]

    if not _read(mailbox, plan.folder, list(plan.old), now=now, mark=mark, seen=seen, until=until):
        return False
    plan.old = []
    MailFolder.objects.filter(pk=plan.folder.pk).update(backfill_uid=None)
    plan.folder.backfill_uid = None
    return True


def _is_quiet(folder: MailFolder, selected: Selected) -> bool:
    """A server that counts changes counts new mail among them (RFC 7162, 3.1.1)."""
    known = (folder.uidvalidity, folder.highest_modseq, folder.total)
    return (
        folder.backfill_uid is None
        and selected.modseq is not None
        and known == (selected.uidvalidity, selected.modseq, selected.exists)
    )


def _begin(mailbox: ServerMailbox, folder: MailFolder, selected: Selected) -> None:
    uids = mailbox.uids()
    there = mailbox.fetch(uids[-_NEWEST:], "UID", "FLAGS")
    folder.uidvalidity = selected.uidvalidity
    folder.last_uid = max((uid for uid in uids[-_NEWEST:] if uid in there), default=0)
    folder.backfill_uid = folder.last_uid + 1 if folder.last_uid else None
    folder.highest_modseq = selected.modseq
    folder.total = selected.exists
    folder.save(update_fields=["uidvalidity", "last_uid", "backfill_uid", "highest_modseq", "total"])


def _new(mailbox: ServerMailbox, folder: MailFolder) -> list[int]:
    # "n:*" always names the last message too, though it be older (RFC 3501, 6.4.8).
    return [uid for uid in mailbox.uids("UID", f"{folder.last_uid + 1}:*") if uid > folder.last_uid]


def _old(mailbox: ServerMailbox, folder: MailFolder) -> list[int]:
    if folder.backfill_uid is None:
        return []
    below = mailbox.uids("UID", f"1:{folder.backfill_uid - 1}") if folder.backfill_uid > 1 else []
    held = folder.copies.filter(uidvalidity=folder.uidvalidity, uid__lt=folder.backfill_uid)
    return sorted(set(below) - set(held.values_list("uid", flat=True)), reverse=True)


def _read(
    mailbox: ServerMailbox,
    folder: MailFolder,
    uids: list[int],
    *,
    now: datetime,
    mark: Callable[[MailFolder, list[int]], None],
    seen: Callable[[int, int], None],
    until: Callable[[], bool] = lambda: False,
) -> bool:
    if not uids:
        return True
    selected = mailbox.select(folder.name, readonly=True)
    if selected.uidvalidity != folder.uidvalidity:
        return False  # the next sync begins anew
    with ReadingAhead(portions(mailbox, folder, selected, uids)) as ahead:
        while portion := ahead.take(go_on=not until()):
            batch, items = portion
            # The mark moves with what it stands for: cut here, the next sync goes on there.
            with transaction.atomic():
                stored = store(mailbox.account, items, now=now)
                mark(folder, batch)
            seen(len(batch), sum(each.is_new for each in stored))
        return ahead.is_through


def fetch_uids(mailbox: ServerMailbox, folder: MailFolder, uids: list[int], *, now: datetime) -> Iterator[list[Stored]]:
    """Store just these, portion by portion, whatever the marks say."""
    selected = mailbox.select(folder.name, readonly=True)
    for _batch, items in portions(mailbox, folder, selected, uids):
        yield store(mailbox.account, items, now=now)
