"""Mail moved from one folder of a server to another, and taken away for good."""

from __future__ import annotations

from collections.abc import Sequence

from apps.messaging.services.server_mailbox import ServerMailbox, members, uid_set


def move(mailbox: ServerMailbox, uids: Sequence[int], target: str) -> tuple[int, dict[int, int]]:
    """Move `uids` there (RFC 6851, or by hand); return where they lie now, as far as the server says."""
    mailbox.code("COPYUID")  # of an earlier command
    if mailbox.has("MOVE"):
        mailbox.do(lambda client: client.move(uids, target))
    else:
        mailbox.do(lambda client: client.copy(uids, target))
        expunge(mailbox, uids)
    parts = mailbox.code("COPYUID").split()
    if len(parts) != 3 or not parts[0].isdecimal():
        return 0, {}
    before, after = members(parts[1]), members(parts[2])
    return int(parts[0]), dict(zip(before, after, strict=True)) if len(before) == len(after) else {}


def expunge(mailbox: ServerMailbox, uids: Sequence[int]) -> None:
    mailbox.flag(uids, "\\Deleted", is_set=True)
    if mailbox.has("UIDPLUS"):  # a plain EXPUNGE would take what others marked too
        mailbox.command("EXPUNGE", uid_set(uids))
