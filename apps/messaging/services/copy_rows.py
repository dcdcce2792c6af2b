"""Where a mailbox holds its messages: places known, changed, or new; tombstones stay."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from apps.core.batch import insert_rows, reserve_ids
from apps.messaging.models import MailAccount, MailCopy, MailFolder, MailMessage
from apps.messaging.services.intake import Reading, fit

if TYPE_CHECKING:
    from apps.messaging.services.storing import Incoming

_Place = tuple[int | None, int | None, int | None]
_MOVED = (
    "folder",
    "uidvalidity",
    "uid",
    "modseq",
    "is_seen",
    "is_answered",
    "is_flagged",
    "keywords",
    "is_dirty",
    "kept_in",
)


@dataclass(frozen=True, slots=True)
class Placed:
    copy: MailCopy
    is_new: bool  # the mailbox did not hold the message at all
    is_rescued: bool = False  # it lay in Spam, Trash or Drafts alone, and doesn't now


def copies_at(items: Sequence[Incoming]) -> dict[int, MailCopy]:
    """By their place in `items`, those that are stored from where they lie: a UID never names another message."""
    uids = {item.uid for item in items if item.uid is not None}
    folders = {item.folder.pk for item in items if item.folder is not None}
    if not uids or not folders:
        return {}
    rows = MailCopy.objects.filter(folder__in=folders, uid__in=uids).select_related("message")
    there = {(copy.folder_id, copy.uidvalidity, copy.uid): copy for copy in rows.defer("message__text")}
    found = {at: there.get(_place_of(item)) for at, item in enumerate(items) if item.uid is not None}
    return {at: copy for at, copy in found.items() if copy is not None}


def place_copies(
    account: MailAccount,
    items: Sequence[Incoming],
    messages: Sequence[MailMessage],
    readings: Sequence[Reading],
    *,
    received_at: Sequence[datetime],
    now: datetime,
) -> list[Placed]:
    """The copy of each message in this mailbox, in that order, within a transaction."""
    held = _Held(account, messages)
    placed = [held.place(*row) for row in zip(items, messages, readings, received_at, strict=True)]
    for copy, pk in zip(held.made, reserve_ids({MailCopy: len(held.made)})[MailCopy], strict=True):
        copy.pk = pk
    insert_rows(held.made)
    if held.moved:
        MailCopy.objects.bulk_update(held.moved.values(), _MOVED)
    return placed


class _Held:
    """What the mailbox holds of a portion's messages, as it grows."""

    def __init__(self, account: MailAccount, messages: Sequence[MailMessage]) -> None:
        self.account = account
        self.made: list[MailCopy] = []
        self.moved: dict[int, MailCopy] = {}
        self.by_message: dict[int, list[MailCopy]] = {}
        held = account.copies.filter(message__in={message.pk for message in messages})
        self._know(held.select_related("folder"))

    def place(self, item: Incoming, message: MailMessage, reading: Reading, received_at: datetime) -> Placed:
        others = self.by_message.get(message.pk, [])
        if item.uid is None and others:
            return Placed(others[0], False)
        void = next((copy for copy in others if _is_void(copy, item)), None)
        if void is not None:
            self._move(void, item)
            return Placed(void, False)
        copy = self._make(item, message, reading, received_at)
        if others and all(other.deleted_at for other in others):
            copy.deleted_at = max(other.deleted_at for other in others if other.deleted_at)
        self.made.append(copy)
        rescued = bool(others) and not _is_aside(copy) and all(_is_aside(other) for other in others)
        is_new = not others
        self._know([copy])
        return Placed(copy, is_new, rescued and copy.deleted_at is None)

    def _know(self, copies: Iterable[MailCopy]) -> None:
        for copy in copies:
            self.by_message.setdefault(copy.message_id, []).append(copy)

    def _move(self, copy: MailCopy, item: Incoming) -> None:
        """Give a copy its place on the server. What was changed here, and the server doesn't know yet, stands."""
        waited_for_it = copy.uid is None and copy.deleted_at is None
        copy.folder, copy.uidvalidity, copy.uid, copy.modseq = item.folder, item.uidvalidity, item.uid, item.modseq
        if not copy.is_dirty:
            _flag(copy, item.flags)
        copy.is_dirty = copy.is_dirty and not waited_for_it
        if item.folder is None or copy.kept_in != item.folder.role:
            copy.kept_in = ""  # it was moved there by somebody else
        if copy.pk is not None:
            self.moved[copy.pk] = copy

    def _make(self, item: Incoming, message: MailMessage, reading: Reading, received_at: datetime) -> MailCopy:
        copy = MailCopy(
            account=self.account,
            message_id=message.pk,
            thread_id=message.thread_id,
            folder=item.folder,
            uidvalidity=item.uidvalidity,
            uid=item.uid,
            modseq=item.modseq,
            received_at=received_at,
            bcc=[[box.name, box.address] for box in reading.bcc],
        )
        _flag(copy, item.flags)
        return copy


def _place_of(item: Incoming) -> _Place:
    return (item.folder.pk if item.folder else None, item.uidvalidity, item.uid)


def _is_void(copy: MailCopy, item: Incoming) -> bool:
    """Whether what the copy says of its place holds no more: it had none, or the folder counts anew."""
    if item.uid is None or copy.uid is None:
        return copy.uid is None and item.uid is not None
    same_folder = copy.folder_id == (item.folder.pk if item.folder else None)
    return copy.folder_id is None or (same_folder and copy.uidvalidity != item.uidvalidity)


def _is_aside(copy: MailCopy) -> bool:
    return copy.folder is not None and copy.folder.role in MailFolder.ASIDE


def _flag(copy: MailCopy, flags: frozenset[str]) -> None:
    told = {flag.lower() for flag in flags}
    copy.is_seen = "\\seen" in told
    copy.is_answered = "\\answered" in told
    copy.is_flagged = "\\flagged" in told
    copy.keywords = sorted(fit(flag, 100) for flag in flags if flag and not flag.startswith("\\"))[:50]
