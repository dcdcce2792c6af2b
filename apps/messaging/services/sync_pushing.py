"""What was changed here told to the server: flags, deletions, and the Sent copy of what we sent."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import structlog
from django.db.models import Q

from apps.core.services import files
from apps.messaging.models import MailCopy, MailFolder, MailMessage
from apps.messaging.services.problems import ServerConfused
from apps.messaging.services.server_mailbox import Selected, ServerMailbox
from apps.messaging.services.server_moves import expunge, move
from apps.messaging.services.sync_moving import move_copies, ways

log = structlog.get_logger(__name__)

_MOST = 2000  # of one sync; the rest waits for the next
_FLAGS = (("is_seen", "\\Seen"), ("is_answered", "\\Answered"), ("is_flagged", "\\Flagged"))
Role = MailFolder.Role


def push_changes(mailbox: ServerMailbox, folders: Sequence[MailFolder], *, now: datetime) -> int:
    """Tell the server of all copies that are dirty; return how many it was told of.

    Where it refuses a folder's changes they stay dirty, and the rest goes on.
    """
    dirty = mailbox.account.copies.filter(is_dirty=True).select_related("message__raw").order_by("pk")
    by_folder: dict[int | None, list[MailCopy]] = defaultdict(list)
    for copy in dirty.defer("message__text")[:_MOST]:
        by_folder[copy.folder_id if copy.uid else None].append(copy)
    told = 0
    for folder in folders:
        if copies := by_folder.get(folder.pk):
            told += _guarded(functools.partial(_push_folder, mailbox, folder, copies, folders, now), folder)
    for copy in by_folder.get(None, []):
        told += _guarded(functools.partial(_push_homeless, mailbox, copy, folders), None)
    return told


def _guarded(push: Callable[[], int], folder: MailFolder | None) -> int:
    try:
        return push()
    except ServerConfused as problem:
        log.warning("mail.push.refused", folder_id=folder.pk if folder else None, problem=type(problem).__name__)
        return 0


def _push_folder(
    mailbox: ServerMailbox,
    folder: MailFolder,
    copies: Sequence[MailCopy],
    folders: Sequence[MailFolder],
    now: datetime,
) -> int:
    selected = mailbox.select(folder.name)
    current = [copy for copy in copies if copy.uidvalidity == selected.uidvalidity and copy.uid]
    deleted = [copy for copy in current if copy.deleted_at]
    kept = [copy for copy in current if not copy.deleted_at]
    restored = {copy.uid: copy for copy in kept if copy.uid and copy.trashed_from_id and folder.role == Role.TRASH}
    for name, flag in _FLAGS:
        for value in (True, False):
            if uids := [copy.uid for copy in kept if copy.uid and getattr(copy, name) is value]:
                mailbox.flag(uids, flag, is_set=value)
    moving = ways(folder, [copy for copy in kept if copy.uid not in restored], folders)
    restored = {uid: copy for uid, copy in restored.items() if copy.trashed_from_id in {each.pk for each in folders}}
    waiting = {copy.pk for copies in (restored.values(), *moving.values()) for copy in copies}
    _settle([copy for copy in kept if copy.pk not in waiting])
    if deleted:
        trash = next((each for each in folders if each.role == Role.TRASH), None)
        _delete(mailbox, folder, {copy.uid: copy for copy in deleted if copy.uid}, trash)
    for home in folders:
        if back := {uid: copy for uid, copy in restored.items() if copy.trashed_from_id == home.pk}:
            _bring_back(mailbox, back, home)
            # Where it is to lie elsewhere than in its old place, the next sync moves it on.
            _settle([copy for copy in back.values() if not copy.kept_in])
        if leaving := moving.get(home.pk):
            move_copies(mailbox, folder, leaving, home, now=now)
            _settle(leaving)
    return len(current)


def _settle(copies: Iterable[MailCopy]) -> None:
    """The server knows of these; what was changed again meanwhile stays dirty."""
    for copy in copies:
        told = {name: getattr(copy, name) for name in ("kept_in", *(name for name, _flag in _FLAGS))}
        MailCopy.objects.filter(pk=copy.pk, deleted_at=None, **told).update(is_dirty=False)


def _delete(mailbox: ServerMailbox, folder: MailFolder, copies: dict[int, MailCopy], trash: MailFolder | None) -> None:
    places: dict[int, int] = {}
    uidvalidity = 0
    if trash is not None and trash.pk != folder.pk:
        uidvalidity, places = move(mailbox, sorted(copies), trash.name)
    else:
        expunge(mailbox, sorted(copies))
    for uid, copy in copies.items():
        moved_to = places.get(uid)
        MailCopy.objects.filter(pk=copy.pk, deleted_at__isnull=False).update(
            folder=trash if moved_to else None,
            uidvalidity=uidvalidity if moved_to else None,
            uid=moved_to,
            modseq=None,
            trashed_from=folder,
            is_dirty=False,
        )


def _bring_back(mailbox: ServerMailbox, copies: dict[int, MailCopy], home: MailFolder) -> None:
    """Out of the trash again, since the deletion was taken back here."""
    uidvalidity, places = move(mailbox, sorted(copies), home.name)
    for uid, copy in copies.items():
        moved_to = places.get(uid)
        MailCopy.objects.filter(pk=copy.pk).update(
            folder=home if moved_to else None,
            uidvalidity=uidvalidity if moved_to else None,
            uid=moved_to,
            modseq=None,
            trashed_from=None,
        )


def _push_homeless(mailbox: ServerMailbox, copy: MailCopy, folders: Sequence[MailFolder]) -> int:
    account, message = mailbox.account, copy.message
    if copy.deleted_at or (copy.uid is None and not (message.is_outgoing and account.keeps_sent)):
        MailCopy.objects.filter(pk=copy.pk).update(is_dirty=False)  # there is nothing to tell
        return 1
    if copy.uid is not None or message.state != MailMessage.State.SENT or message.raw is None:
        return 0  # its folder may turn up under another name; it may yet leave
    _keep_sent(mailbox, copy, folders)
    return 1


def _keep_sent(mailbox: ServerMailbox, copy: MailCopy, folders: Sequence[MailFolder]) -> None:
    """Put what we sent into the Sent folder, unless it is there already: another try, or the provider's own."""
    sent = next((each for each in folders if each.role == Role.SENT), None)
    if sent is None:
        mailbox.do(lambda client: client.create_folder("Sent"))
        sent, _made = mailbox.account.folders.get_or_create(name="Sent", defaults={"role": Role.SENT})
    selected = mailbox.select(sent.name)
    found = _find(mailbox, copy)
    if found is None:
        found = _append(mailbox, sent, selected, copy)
    _place(copy, sent, selected.uidvalidity, found)


def _append(mailbox: ServerMailbox, sent: MailFolder, selected: Selected, copy: MailCopy) -> int | None:
    assert copy.message.raw is not None  # noqa: S101  its caller looked
    with files.open_file(copy.message.raw) as raw:
        content = raw.read()
    mailbox.code("APPENDUID")  # of an earlier command
    mailbox.do(lambda client: client.append(sent.name, content, ("\\Seen",), copy.received_at))
    parts = mailbox.code("APPENDUID").split()
    if len(parts) == 2 and parts[0] == str(selected.uidvalidity) and parts[1].isdecimal():
        return int(parts[1])
    return _find(mailbox, copy)


def _find(mailbox: ServerMailbox, copy: MailCopy) -> int | None:
    message_id = copy.message.message_id
    if not message_id.isascii() or not message_id.isprintable():
        return None
    uids = mailbox.uids("HEADER", "Message-ID", f"<{message_id}>")
    return uids[-1] if uids else None


def _place(copy: MailCopy, folder: MailFolder, uidvalidity: int, uid: int | None) -> None:
    """A sync that ran at the same time can't have stored it there meanwhile: it would have the account's lock."""
    taken = Q(folder=folder, uidvalidity=uidvalidity, uid=uid)
    if uid is None or MailCopy.objects.filter(taken).exclude(pk=copy.pk).exists():
        MailCopy.objects.filter(pk=copy.pk).update(is_dirty=False)
        return
    MailCopy.objects.filter(pk=copy.pk).update(folder=folder, uidvalidity=uidvalidity, uid=uid, is_dirty=False)
