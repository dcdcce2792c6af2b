"""Raw messages into rows: one stored message however many mailboxes hold it, one copy a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from apps.messaging.models import MailAccount, MailCopy, MailFolder, MailMessage


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
    received_at: datetime | None = None  # INTERNALDATE, aware; None: now


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of one `Incoming`. `is_new`: this mailbox did not hold the message before, not even as a tombstone."""

    message: MailMessage
    copy: MailCopy
    is_new: bool


def store(account: MailAccount, items: Sequence[Incoming], *, now: datetime) -> list[Stored]:
    """Store a portion (about 200) for `account`, in the order given; all of it commits together, raw files first.

    A repeat changes nothing. A message known here is not stored again: its copy gets the new place where the old one is
    void (another UIDVALIDITY, a Sent copy not yet on the server), else a further copy is made. A tombstone stays one.
    No message is refused: what can't be read is kept raw, `is_broken`.
    """
    raise NotImplementedError
