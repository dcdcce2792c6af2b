"""What was archived or called spam here, or taken back out, moved on the server."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from apps.core.services import files
from apps.messaging.models import MailCopy, MailFolder
from apps.messaging.services import arrivals
from apps.messaging.services.intake import read
from apps.messaging.services.server_mailbox import ServerMailbox
from apps.messaging.services.server_moves import move


def ways(
    folder: MailFolder, copies: Sequence[MailCopy], folders: Sequence[MailFolder]
) -> Mapping[int, Sequence[MailCopy]]:
    """By the folder that they have to go to, those of `copies` that don't lie where they are wanted."""
    by_role = {each.role: each.pk for each in reversed(folders)}  # the first of its role counts
    there = {each.pk for each in folders}
    found: dict[int, list[MailCopy]] = defaultdict(list)
    for copy in copies:
        if copy.kept_in:
            target = by_role.get(copy.kept_in) if folder.role != copy.kept_in else None
        else:
            target = copy.moved_from_id if copy.moved_from_id in there else None
        if target is not None and target != folder.pk:
            found[target].append(copy)
    return found


def move_copies(
    mailbox: ServerMailbox, folder: MailFolder, copies: Sequence[MailCopy], target: MailFolder, *, now: datetime
) -> None:
    """Move them out of `folder`, which is selected. Whatever was taken out of spam counts as come in.

    One that the server doesn't tell the new place of either is gone, or it tells of none: the reading of `target`,
    later in the same sync, finds it.
    """
    uidvalidity, places = move(mailbox, sorted(copy.uid for copy in copies if copy.uid), target.name)
    tells = mailbox.has("UIDPLUS")
    with transaction.atomic():
        moved = [
            copy for copy in copies if _place(copy, folder, target, uidvalidity, places.get(copy.uid or 0), tells=tells)
        ]
        if folder.role in MailFolder.ASIDE and target.role not in MailFolder.ASIDE:
            _welcome(mailbox, moved, now)


def _place(
    copy: MailCopy, folder: MailFolder, target: MailFolder, uidvalidity: int, uid: int | None, *, tells: bool
) -> bool:
    """Write down where `copy` lies now; True unless the mailbox holds it there already, or it is not known."""
    if uid is None and tells:
        return False  # somebody else was faster
    taken = MailCopy.objects.filter(folder=target, uidvalidity=uidvalidity, uid=uid)
    if uid is not None and taken.exclude(pk=copy.pk).exists():
        MailCopy.objects.filter(pk=copy.pk).delete()  # as at a server whose archive is a view of all mail
        return False
    copy.moved_from_id = None if target.pk == copy.moved_from_id else copy.moved_from_id or folder.pk
    copy.folder = target if uid else None
    copy.uidvalidity, copy.uid, copy.modseq = (uidvalidity if uid else None), uid, None
    MailCopy.objects.filter(pk=copy.pk).update(
        folder=copy.folder, uidvalidity=copy.uidvalidity, uid=copy.uid, modseq=None, moved_from=copy.moved_from_id
    )
    return True


def _welcome(mailbox: ServerMailbox, copies: Sequence[MailCopy], now: datetime) -> None:
    arrived = []
    for copy in copies:
        if copy.message.raw is not None:
            with files.open_file(copy.message.raw) as raw:
                arrived.append((copy.message, copy, read(raw.read())))
    arrivals.take(mailbox.account, arrived, now=now)
