"""What a user does to the copies in their mailboxes: read, flagged, thrown away. The next sync tells the server."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from apps.core.services.operations import operate, snapshot
from apps.messaging.models import MailAccount, MailCopy, MailMessage
from apps.messaging.models.copies import MailCopyQuerySet
from apps.messaging.services.announcing import announce_mail
from apps.messaging.services.sync_times import hasten
from apps.messaging.services.thread_states import refresh_states

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.messaging.models import ThreadState

TRASHED, PUT_BACK = "mail.trashed", "mail.put_back"
# What the sync changes by itself: undo brings a mail back wherever the server has put it by then.
KEPT_BY_SYNC = frozenset(
    {"is_dirty", "folder", "uidvalidity", "uid", "modseq", "keywords", "trashed_from", "moved_from"}
)


@transaction.atomic
def mark_threads(*, actor: User, states: Collection[ThreadState], is_seen: bool, now: datetime) -> None:
    """Let all mails of these threads be read, or the newest that came in be unread."""
    copies = _own(actor).filter(account__in={state.account_id for state in states})
    copies = _of_threads(copies, states)
    if is_seen:
        _set_seen(copies.filter(is_seen=False), True, now)
        return
    newest = copies.filter(message__is_outgoing=False).order_by("account", "thread", "-message__happened_at", "-pk")
    newest = newest.distinct("account", "thread")
    _set_seen(_own(actor).filter(pk__in=list(newest.values_list("pk", flat=True)), is_seen=True), False, now)


@transaction.atomic
def mark_read(*, actor: User, messages: Iterable[MailMessage], now: datetime) -> None:
    """The actor has these before them; only their own copies are read by that, not those of who shares them."""
    ids = [message.pk for message in messages]
    _set_seen(_own(actor).filter(message__in=ids, is_seen=False), True, now)


@transaction.atomic
def flag_message(*, actor: User, message: MailMessage, is_flagged: bool, now: datetime) -> None:
    copies = _own(actor).filter(message=message).exclude(is_flagged=is_flagged)
    pairs = _locked(copies)
    MailCopy.objects.filter(pk__in=pairs).update(is_flagged=is_flagged, is_dirty=True)
    hasten((account for account, _thread in pairs.values()), now=now)
    announce_mail(set(pairs.values()))


def trash_threads(*, actor: User, states: Collection[ThreadState], now: datetime) -> int | None:
    """Throw these threads away, out of the actor's mailboxes; returns the operation, which can be undone."""
    copies = _own(actor).filter(account__in={state.account_id for state in states})
    return _trash(_of_threads(copies, states), actor, now)


def trash_message(*, actor: User, message: MailMessage, now: datetime) -> int | None:
    """The same with one mail."""
    return _trash(_own(actor).filter(message=message), actor, now)


def put_back(*, actor: User, copy_ids: Collection[int], now: datetime) -> tuple[int, int | None]:
    """Take these copies out of what was thrown away; returns how many, and the operation, which can be undone.

    The next sync moves them out of the server's trash too. Copies in mailboxes of others are left alone.
    """
    mine = list(MailAccount.objects.visible_to(actor).values_list("pk", flat=True))
    thrown = MailCopy.objects.filter(pk__in=copy_ids, account__in=mine, deleted_at__isnull=False)
    with operate(actor=actor, verb=PUT_BACK, now=now) as recorder:
        rows = list(thrown.select_for_update(of=("self",)).order_by("pk"))
        for copy in rows:
            before = snapshot(copy)
            copy.deleted_at, copy.is_dirty = None, True
            recorder.updated(copy, before)
        MailCopy.objects.bulk_update(rows, ["deleted_at", "is_dirty"], batch_size=500)
        after_undo([copy.pk for copy in rows], now)
        return len(rows), recorder.operation.pk if rows else None


def _trash(copies: MailCopyQuerySet, actor: User, now: datetime) -> int | None:
    with operate(actor=actor, verb=TRASHED, now=now) as recorder:
        rows = list(copies.select_for_update(of=("self",)).order_by("pk"))
        for copy in rows:
            before = snapshot(copy)
            copy.deleted_at, copy.is_dirty = now, True
            recorder.updated(copy, before)
        MailCopy.objects.bulk_update(rows, ["deleted_at", "is_dirty"], batch_size=500)
        pairs = {(copy.account_id, copy.thread_id) for copy in rows}
        refresh_states(pairs, now=now)
        hasten((account for account, _thread in pairs), now=now)
        announce_mail(pairs)
        return recorder.operation.pk if rows else None


def after_undo(copy_ids: list[int], now: datetime) -> None:
    """Copies came back out of the trash: lists show them, and the server is told anew."""
    rows = MailCopy.objects.filter(pk__in=copy_ids)
    rows.update(is_dirty=True)
    pairs = set(rows.values_list("account_id", "thread_id"))
    refresh_states(pairs, now=now)
    hasten((account for account, _thread in pairs), now=now)
    announce_mail(pairs)


def editable_copies(user: User, ids: Collection[int]) -> set[int]:
    """Those that `user` may still bring back."""
    mine = MailAccount.objects.visible_to(user)
    return set(MailCopy.objects.filter(pk__in=ids, account__in=mine).values_list("pk", flat=True))


# --- shared -----------------------------------------------------------------------------------------------------------
def _own(actor: User) -> MailCopyQuerySet:
    mine = list(MailAccount.objects.visible_to(actor).values_list("pk", flat=True))
    return MailCopy.objects.present().filter(account__in=mine)


def _of_threads(copies: MailCopyQuerySet, states: Collection[ThreadState]) -> MailCopyQuerySet:
    """A thread lies in several mailboxes; only the rows that were chosen are meant."""
    by_account: dict[int, list[int]] = {}
    for state in states:
        by_account.setdefault(state.account_id, []).append(state.thread_id)
    found = copies.none()
    for account, threads in by_account.items():
        found |= copies.filter(account=account, thread__in=threads)
    return found


def _set_seen(copies: MailCopyQuerySet, is_seen: bool, now: datetime) -> None:
    pairs = _locked(copies)
    if not pairs:
        return
    MailCopy.objects.filter(pk__in=pairs).update(is_seen=is_seen, is_dirty=True)
    changed = set(pairs.values())
    refresh_states(changed, now=now)
    hasten((account for account, _thread in changed), now=now)
    announce_mail(changed)


def _locked(copies: MailCopyQuerySet) -> dict[int, tuple[int, int]]:
    """(account id, thread id) of the copies, which are locked in the order of their keys."""
    rows = copies.select_for_update(of=("self",)).order_by("pk").values_list("pk", "account_id", "thread_id")
    return {pk: (account, thread) for pk, account, thread in rows}
