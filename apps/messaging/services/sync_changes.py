"""What changed on the server in mail that we hold: flags, and messages that are gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from apps.messaging.models import MailAccount, MailCopy, MailFolder
from apps.messaging.services.fetching import flags_of
from apps.messaging.services.portioning import in_portions
from apps.messaging.services.server_mailbox import Fetched, Selected, ServerMailbox
from apps.messaging.services.thread_states import refresh_states

_PORTION = 1000
_FLAGS = ("is_seen", "is_answered", "is_flagged", "keywords")
# Without CONDSTORE nobody says which flags changed: the newest are looked at each time, the others in turns.
_NEWEST = 1000
_WINDOW = 5000
_RANGE = 10_000  # copies whose changes are asked for at once

Pairs = set[tuple[int, int]]  # account, thread


def read_changes(mailbox: ServerMailbox, folder: MailFolder, before: Selected, *, now: datetime) -> Pairs:
    """Take over flags and disappearances of a folder whose new mail is stored; return whose threads changed.

    `before` is how it stood when it was looked through for new mail: what came since must not count as known.
    """
    selected = mailbox.select(folder.name, readonly=True)
    if selected.uidvalidity != folder.uidvalidity:
        return set()  # the next sync begins anew
    held = folder.copies.filter(uidvalidity=selected.uidvalidity, uid__isnull=False)
    changed: Pairs = set()
    if selected.modseq is None or selected.modseq != folder.highest_modseq:
        changed |= _take_flags(held, _changed_flags(mailbox, folder, selected, held, now), now)
    if folder.backfill_uid is not None or held.count() != selected.exists:
        changed |= _let_go(mailbox, folder, selected, held, now)
    folder.highest_modseq, folder.total = before.modseq, before.exists
    folder.save(update_fields=["highest_modseq", "total"])
    return changed


def forget_homeless(account: MailAccount, *, now: datetime) -> Pairs:
    """Let go of copies whose folder is gone from the server, once all that is there was read."""
    return _remove(account.copies.filter(folder=None, uid__isnull=False), now)


def _changed_flags(
    mailbox: ServerMailbox, folder: MailFolder, selected: Selected, held: QuerySet[MailCopy], now: datetime
) -> Iterable[Fetched]:
    if selected.modseq is not None and folder.highest_modseq is not None:
        for span in _ranges(held):
            yield mailbox.fetch(span, "UID", "FLAGS", changed_since=folder.highest_modseq)
        return
    uids = list(held.order_by("-uid").values_list("uid", flat=True))
    others = uids[_NEWEST:]
    windows = -(-len(others) // _WINDOW)
    turn = int(now.timestamp() // 60) % windows if windows else 0
    for portion in in_portions(uids[:_NEWEST] + others[turn * _WINDOW : (turn + 1) * _WINDOW], _PORTION):
        yield mailbox.fetch([uid for uid in portion if uid is not None], "UID", "FLAGS")


def _ranges(held: QuerySet[MailCopy]) -> Iterator[str]:
    """Sets that together name all UIDs, so many copies in each: who marks a large mailbox as read changes them all."""
    first = 1
    while last := held.filter(uid__gte=first).order_by("uid").values_list("uid", flat=True)[_RANGE : _RANGE + 1]:
        yield f"{first}:{last[0]}"
        first = (last[0] or 0) + 1
    yield f"{first}:*"


def _take_flags(held: QuerySet[MailCopy], told: Iterable[Fetched], now: datetime) -> Pairs:
    changed: Pairs = set()
    for answer in told:
        flags = {uid: flags_of(row) for uid, row in answer.items() if b"FLAGS" in row}
        for uids in in_portions(sorted(flags), _PORTION):
            with transaction.atomic():
                # What was changed here, and the server doesn't know yet, stands.
                rows = held.filter(uid__in=uids, is_dirty=False).select_for_update(of=("self",))
                fresh = [copy for copy in rows if _flag(copy, flags[copy.uid or 0])]
                MailCopy.objects.bulk_update(fresh, _FLAGS)
                pairs = {(copy.account_id, copy.thread_id) for copy in fresh}
                refresh_states(pairs, now=now)
            changed |= pairs
    return changed


def _flag(copy: MailCopy, flags: frozenset[str]) -> bool:
    """Give `copy` these flags; True if that changed it."""
    told = {flag.lower() for flag in flags}
    before = [getattr(copy, name) for name in _FLAGS]
    copy.is_seen = "\\seen" in told
    copy.is_answered = "\\answered" in told
    copy.is_flagged = "\\flagged" in told
    copy.keywords = sorted(flag.replace("\0", "")[:100] for flag in flags if flag and not flag.startswith("\\"))[:50]
    return before != [getattr(copy, name) for name in _FLAGS]


def _let_go(
    mailbox: ServerMailbox, folder: MailFolder, selected: Selected, held: QuerySet[MailCopy], now: datetime
) -> Pairs:
    there = mailbox.uids()
    if len(there) < selected.exists:
        return set()  # it names fewer than it counts: not to be believed
    gone = set(held.values_list("uid", flat=True)) - set(there)
    changed: Pairs = set()
    for uids in in_portions(sorted(uid for uid in gone if uid is not None), _PORTION):
        changed |= _remove(held.filter(uid__in=uids), now)
    if folder.backfill_uid is None:
        changed |= _remove(folder.copies.exclude(uidvalidity=selected.uidvalidity).filter(uid__isnull=False), now)
    return changed


@transaction.atomic
def _remove(copies: QuerySet[MailCopy], now: datetime) -> Pairs:
    """Copies that the server has no more. A tombstone stays, without a place: its mail must not come back."""
    tombstones = copies.filter(deleted_at__isnull=False)
    MailCopy.objects.filter(pk__in=list(tombstones.values_list("pk", flat=True))).update(
        folder=None, uidvalidity=None, uid=None, modseq=None, is_dirty=False
    )
    rows = list(copies.filter(deleted_at__isnull=True).values_list("pk", "account", "thread"))
    MailCopy.objects.filter(pk__in=[pk for pk, _account, _thread in rows]).delete()
    pairs = {(account, thread) for _pk, account, thread in rows}
    refresh_states(pairs, now=now)
    return pairs
