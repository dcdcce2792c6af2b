"""Messages off the server in portions: by number and by size, past those that a server can't or won't give."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.utils.translation import gettext as _

from apps.messaging.models import MailFolder
from apps.messaging.services.intake import read
from apps.messaging.services.problems import MailServerProblem, ServerConfused
from apps.messaging.services.server_mailbox import Fetched, Selected, ServerMailbox
from apps.messaging.services.storing import Incoming

log = structlog.get_logger(__name__)

PORTION = 200  # messages
_BYTES = 8 * 1024 * 1024  # of a portion
_HEADER = 256 * 1024
_MOST_SKIPPED = 3  # of one portion; more, and it isn't the messages
_CONTENT_FIELDS = re.compile(rb"(?im)^(content-[a-z-]+|mime-version):.*(\r?\n[ \t].*)*\r?\n?")


def portions(
    mailbox: ServerMailbox, folder: MailFolder, selected: Selected, uids: Sequence[int]
) -> Iterator[tuple[list[int], list[Incoming]]]:
    """Fetch `uids` of the selected folder in the order given: (UIDs looked at, what was found of them).

    Only UIDs that the server gave anything for are named. One that breaks the connection is left out; the
    completeness meter lists it.
    """
    what = ["UID", "RFC822.SIZE", "FLAGS", "INTERNALDATE", *(["MODSEQ"] if selected.modseq else [])]
    for start in range(0, len(uids), PORTION):
        wanted = uids[start : start + PORTION]
        told = _traits(mailbox, wanted, what)
        there = [uid for uid in wanted if b"RFC822.SIZE" in told.get(uid, {})]
        for batch in _by_size(there, told):
            raws = _raw_messages(mailbox, batch, told)
            yield batch, [_incoming(folder, selected, uid, told[uid], raws[uid]) for uid in batch if uid in raws]


def _traits(mailbox: ServerMailbox, uids: Sequence[int], what: list[str]) -> Fetched:
    try:
        return mailbox.fetch(uids, *what)
    except ServerConfused:
        # A date that is none, most likely.
        return mailbox.fetch(uids, *[each for each in what if each != "INTERNALDATE"])


def _by_size(uids: Sequence[int], told: Fetched) -> Iterator[list[int]]:
    batch: list[int] = []
    weight = 0
    for uid in uids:
        size = min(_size(told[uid]), settings.RAPPORT_MAIL_LARGEST)
        if batch and weight + size > _BYTES:
            yield batch
            batch, weight = [], 0
        batch.append(uid)
        weight += size
    if batch:
        yield batch


def _raw_messages(mailbox: ServerMailbox, uids: Sequence[int], told: Fetched) -> dict[int, bytes]:
    small = [uid for uid in uids if _size(told[uid]) <= settings.RAPPORT_MAIL_LARGEST]
    raws = _bodies(mailbox, small)
    for uid in set(uids) - set(small):
        log.warning("mail.message.too_large", account_id=mailbox.account.pk, uid=uid, size=_size(told[uid]))
        raws[uid] = _without_content(_header(mailbox, uid), _size(told[uid]))
    return raws


def _bodies(mailbox: ServerMailbox, uids: Sequence[int]) -> dict[int, bytes]:
    try:
        return _whole(mailbox.fetch(uids, "UID", "BODY.PEEK[]"))
    except MailServerProblem:
        mailbox.renew()  # if the server is gone altogether, this says so
    raws: dict[int, bytes] = {}
    skipped = 0
    for uid in uids:
        try:
            raws |= _whole(mailbox.fetch([uid], "UID", "BODY.PEEK[]"))
        except MailServerProblem as problem:
            skipped += 1
            if skipped > _MOST_SKIPPED:
                raise
            log.warning("mail.message.skipped", account_id=mailbox.account.pk, uid=uid, problem=type(problem).__name__)
            mailbox.renew()
    return raws


def _whole(told: Fetched) -> dict[int, bytes]:
    return {uid: row[b"BODY[]"] for uid, row in told.items() if isinstance(row.get(b"BODY[]"), bytes)}


def _header(mailbox: ServerMailbox, uid: int) -> bytes:
    try:
        row = mailbox.fetch([uid], "UID", f"BODY.PEEK[HEADER]<0.{_HEADER}>").get(uid, {})
    except MailServerProblem:
        mailbox.renew()
        return b""
    return next((value for key, value in row.items() if key.startswith(b"BODY[HEADER]") and value), b"")


def _without_content(header: bytes, size: int) -> bytes:
    """A message that says that its content was left on the server."""
    kept = _CONTENT_FIELDS.sub(b"", header).strip(b"\r\n")
    words = _("This message has %(size)s MB and was left on the server.") % {"size": f"{size // 1_000_000:,}"}
    told = [
        "MIME-Version: 1.0",
        'Content-Type: text/plain; charset="utf-8"',
        f"X-Rapport-Left-Out: {size}",
        "",
        words,
        "",
    ]
    return (kept + b"\r\n" if kept else b"") + "\r\n".join(told).encode()


def _incoming(folder: MailFolder, selected: Selected, uid: int, told: dict[bytes, Any], raw: bytes) -> Incoming:
    moment = told.get(b"INTERNALDATE")
    modseq = told.get(b"MODSEQ")
    return Incoming(
        raw=raw,
        folder=folder,
        uid=uid,
        uidvalidity=selected.uidvalidity,
        modseq=modseq[0] if isinstance(modseq, list | tuple) and modseq else None,
        flags=flags_of(told),
        received_at=moment if isinstance(moment, datetime) and moment.tzinfo else None,
        reading=read(raw),
    )


def flags_of(told: dict[bytes, Any]) -> frozenset[str]:
    """The flags of a fetched message as text."""
    flags = told.get(b"FLAGS") or ()
    return frozenset(flag.decode("ascii", "replace") if isinstance(flag, bytes) else str(flag) for flag in flags)


def _size(told: dict[bytes, Any]) -> int:
    size = told.get(b"RFC822.SIZE")
    return size if isinstance(size, int) and size > 0 else 0
