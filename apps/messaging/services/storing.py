"""Raw messages into rows: one stored message however many mailboxes hold it, one copy a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from django.db import DatabaseError, transaction

from apps.messaging.models import MailAccount, MailCopy, MailFolder, MailMessage
from apps.messaging.services import arrivals
from apps.messaging.services.copy_rows import copies_at, place_copies
from apps.messaging.services.intake import Reading, read, unreadable
from apps.messaging.services.message_rows import keep_messages
from apps.messaging.services.thread_states import refresh_states

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message as a mailbox gives it. `uid` None has no place on a server: an import.

    `flags` are IMAP's as they come: "\\\\Seen", "\\\\Answered", "\\\\Flagged", keywords.
    """

    raw: bytes
    folder: MailFolder | None
    uid: int | None = None
    uidvalidity: int | None = None
    modseq: int | None = None
    flags: frozenset[str] = field(default_factory=frozenset)
    received_at: datetime | None = None  # INTERNALDATE, aware; None: when it was sent
    reading: Reading | None = None  # of `raw`, where somebody had the time


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of one `Incoming`. `is_new`: this mailbox did not hold the message before, not even as a tombstone.

    `is_first`: no mailbox of the house did.
    """

    message: MailMessage
    copy: MailCopy
    is_new: bool
    is_first: bool = False


def store(account: MailAccount, items: Sequence[Incoming], *, now: datetime) -> list[Stored]:
    """Store a portion (about 200) for `account`, in the order given; all of it commits together, raw files first.

    A repeat changes nothing. A message known here is not stored again: its copy gets the new place where the old one is
    void (another UIDVALIDITY, a Sent copy not yet on the server), else a further copy is made. A tombstone stays one.
    No message is refused: what can't be read is kept raw, `is_broken`.
    """
    there = copies_at(items)
    stored = {at: Stored(copy.message, copy, is_new=False) for at, copy in there.items()}
    fresh = [at for at in range(len(items)) if at not in stored]
    stored |= dict(zip(fresh, _store_new(account, [items[at] for at in fresh], now), strict=True))
    return [stored[at] for at in range(len(items))]


def _store_new(account: MailAccount, items: Sequence[Incoming], now: datetime) -> list[Stored]:
    readings = [item.reading or read(item.raw) for item in items]
    try:
        return _store(account, items, readings, now)
    except (DatabaseError, ValueError) as error:
        # One of them is such that a table won't have it; the others don't wait for it.
        log.warning("mail.portion.refused", account_id=account.pk, count=len(items), error=type(error).__name__)
        return [_store_alone(account, item, reading, now) for item, reading in zip(items, readings, strict=True)]


def _store_alone(account: MailAccount, item: Incoming, reading: Reading, now: datetime) -> Stored:
    if (there := copies_at([item]).get(0)) is not None:
        return Stored(there.message, there, is_new=False)
    try:
        return _store(account, [item], [reading], now)[0]
    except (DatabaseError, ValueError) as error:
        log.exception("mail.message.refused", account_id=account.pk, uid=item.uid, error=type(error).__name__)
        return _store(account, [item], [unreadable(reading)], now)[0]


@transaction.atomic
def _store(account: MailAccount, items: Sequence[Incoming], readings: Sequence[Reading], now: datetime) -> list[Stored]:
    if not items:
        return []
    moments = [
        item.received_at or min(reading.sent_at or now, now) for item, reading in zip(items, readings, strict=True)
    ]
    folders = [item.folder for item in items]
    kept = keep_messages(account, readings, folders=folders, received_at=moments, now=now)
    placed = place_copies(account, items, [each.message for each in kept], readings, received_at=moments, now=now)
    stored = [
        Stored(one.message, place.copy, place.is_new, one.is_first and place.is_new)
        for one, place in zip(kept, placed, strict=True)
    ]
    refresh_states({(account.pk, each.message.thread_id) for each in stored}, now=now)
    arrived = [
        (each.message, each.copy, reading)
        for each, place, reading in zip(stored, placed, readings, strict=True)
        if place.is_new or place.is_rescued
    ]
    arrivals.take(account, arrived, now=now)
    return stored
