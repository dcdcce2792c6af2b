"""Messages of a portion: found where they are known, else written with their threads, addresses and attachments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.core.batch import insert_rows, reserve_ids
from apps.core.models import File
from apps.core.services.files import store_many
from apps.messaging.mime.threads import is_answer
from apps.messaging.models import MailAccount, MailAddress, MailAttachment, MailFolder, MailMessage, Thread
from apps.messaging.services.intake import Reading, fit
from apps.messaging.services.thread_finding import Wanted, find_threads, lock_threads

RAW_TYPE = "message/rfc822"
_Key = tuple[str, str]
Role = MailFolder.Role
State = MailMessage.State


@dataclass(frozen=True, slots=True)
class Kept:
    message: MailMessage
    is_first: bool


def keep_messages(
    account: MailAccount,
    readings: Sequence[Reading],
    *,
    folders: Sequence[MailFolder | None],
    received_at: Sequence[datetime],
    now: datetime,
) -> list[Kept]:
    """The row of each message, in that order, within a transaction; no two portions write at the same time."""
    lock_threads()
    known = _known(account, readings, folders)
    fresh: dict[_Key, int] = {}
    for place, reading in enumerate(readings):
        if place not in known:
            fresh.setdefault((reading.message_id, reading.digest), place)
    places = list(fresh.values())
    rows = _write(account, [(readings[at], folders[at], received_at[at]) for at in places], now)
    made = dict(zip(fresh, rows, strict=True))
    _note_ours(account, [(known[at], readings[at], folders[at]) for at in known])
    kept = []
    for place, reading in enumerate(readings):
        key = (reading.message_id, reading.digest)
        kept.append(Kept(known[place], False) if place in known else Kept(made[key], fresh[key] == place))
    return kept


def is_ours(account: MailAccount, reading: Reading, folder: MailFolder | None) -> bool:
    """Whether this mailbox sent it: by where it lies, else by who wrote it, which in an inbox anybody may claim."""
    role = folder.role if folder else ""
    if role == Role.SENT:
        return True
    return reading.sender.address == account.address and role not in (Role.INBOX, Role.JUNK)


def _known(
    account: MailAccount, readings: Sequence[Reading], folders: Sequence[MailFolder | None]
) -> dict[int, MailMessage]:
    """By place, those that are stored: the same words, or our own mail come back from the Sent folder as its server
    rewrote it.
    """
    found = MailMessage.objects.filter(message_id__in={reading.message_id for reading in readings})
    by_key: dict[_Key, MailMessage] = {}
    sent: dict[str, MailMessage] = {}
    for message in found.defer("text", "words"):
        by_key[message.message_id, message.digest] = message
        if message.is_outgoing and message.sender_address == account.address:
            sent[message.message_id] = message
    ours = set()
    if sent:
        held = account.copies.filter(message__in=[message.pk for message in sent.values()])
        ours = set(held.values_list("message_id", flat=True))
    known = {}
    for place, (reading, folder) in enumerate(zip(readings, folders, strict=True)):
        same = by_key.get((reading.message_id, reading.digest))
        own = sent.get(reading.message_id) if folder and folder.role == Role.SENT else None
        if same is None and own is not None and own.pk in ours:
            same = own
        if same is not None:
            known[place] = same
    return known


def _note_ours(account: MailAccount, known: Sequence[tuple[MailMessage, Reading, MailFolder | None]]) -> None:
    """What a colleague's inbox knew first turns out to be ours once it is found where it was sent from."""
    ids = [
        message.pk
        for message, reading, folder in known
        if not message.is_outgoing and reading.sender.address == account.address and is_ours(account, reading, folder)
    ]
    if ids:
        MailMessage.objects.filter(pk__in=ids, state=State.RECEIVED).update(is_outgoing=True, state=State.SENT)


def _write(
    account: MailAccount, fresh: Sequence[tuple[Reading, MailFolder | None, datetime]], now: datetime
) -> list[MailMessage]:
    if not fresh:
        return []
    moments = [min(reading.sent_at or received_at, received_at) for reading, _, received_at in fresh]
    threads = find_threads([_wanted(row[0], at) for row, at in zip(fresh, moments, strict=True)], now=now)
    files = store_many([reading.raw for reading, _, _ in fresh], mime_type=RAW_TYPE, now=now)
    rows = [
        _row(reading, is_ours(account, reading, folder), thread, file, at, now)
        for (reading, folder, _), thread, file, at in zip(fresh, threads, files, moments, strict=True)
    ]
    for row, pk in zip(rows, reserve_ids({MailMessage: len(rows)})[MailMessage], strict=True):
        row.pk = pk
    insert_rows(rows, but=["words"])
    by_pk = dict(zip((row.pk for row in rows), (reading for reading, _, _ in fresh), strict=True))
    _write_parts(by_pk)
    return rows


def _wanted(reading: Reading, at: datetime) -> Wanted:
    return Wanted(
        message_id=reading.message_id,
        references=reading.references,
        at=at,
        subject=reading.subject,
        subject_key=reading.subject_key,
        addresses=reading.addresses,
        by_subject=not reading.automatic and is_answer(reading.subject),
    )


def _row(reading: Reading, ours: bool, thread: Thread, file: File, at: datetime, now: datetime) -> MailMessage:
    parsed = reading.parsed
    return MailMessage(
        thread_id=thread.pk,
        message_id=reading.message_id,
        digest=reading.digest,
        in_reply_to=reading.in_reply_to,
        references=list(reading.references),
        state=State.SENT if ours else State.RECEIVED,
        is_outgoing=ours,
        sender_name=reading.sender.name,
        sender_address=reading.sender.address,
        subject=reading.subject,
        snippet=reading.snippet,
        text=reading.text,
        has_html=bool(parsed.html),
        attachment_count=min(sum(not part.is_inline for part in parsed.attachments), 32_000),
        size=len(reading.raw),
        raw=file,
        automatic=reading.automatic,
        is_broken=reading.is_broken,
        is_urgent=parsed.priority == "high",
        happened_at=at,
        created_at=now,
    )


def _write_parts(readings: Mapping[int, Reading]) -> None:
    addresses = [
        MailAddress(message_id=pk, role=role, name=box.name, address=box.address, position=position)
        for pk, reading in readings.items()
        for position, (role, box) in enumerate(reading.people)
    ]
    insert_rows(addresses)
    parts = [
        MailAttachment(
            message_id=pk,
            number=number,
            filename=fit(part.filename, 255),
            content_type=fit(part.content_type, 100),
            content_id=fit(part.content_id, 998),
            is_inline=part.is_inline,
            size=part.size,
        )
        for pk, reading in readings.items()
        for number, part in enumerate(reading.parsed.attachments)
    ]
    insert_rows(parts)
