"""A folder whose server counts anew (UIDVALIDITY): known mail gets its new numbers without being fetched again."""

from __future__ import annotations

from collections import defaultdict

from apps.messaging.models import MailCopy, MailFolder
from apps.messaging.services.message_names import Name, names
from apps.messaging.services.server_mailbox import Selected, ServerMailbox

_PORTION = 1000


def renumber(mailbox: ServerMailbox, folder: MailFolder, selected: Selected) -> int:
    """Give copies in the selected `folder` their new UIDs where Message-ID and size leave no doubt; return how many.

    The others are fetched, and found again by what they say.
    """
    held = _held(folder)
    if not held:
        return 0
    told: dict[Name, list[int]] = defaultdict(list)
    for portion in names(mailbox, mailbox.uids()):
        for uid, name in portion.items():
            told[name].append(uid)
    moved = []
    for name, uids in told.items():
        copies = held.get(name, [])
        if name.message_id and len(uids) == 1 and len(copies) == 1:
            moved.append(MailCopy(pk=copies[0], uidvalidity=selected.uidvalidity, uid=uids[0], modseq=None))
    MailCopy.objects.bulk_update(moved, ["uidvalidity", "uid", "modseq"], batch_size=_PORTION)
    return len(moved)


def _held(folder: MailFolder) -> dict[Name, list[int]]:
    held: dict[Name, list[int]] = defaultdict(list)
    rows = folder.copies.filter(uidvalidity=folder.uidvalidity).values_list(
        "pk", "message__message_id", "message__size"
    )
    for pk, message_id, size in rows.iterator(chunk_size=5000):
        held[Name(message_id, size)].append(pk)
    return held
