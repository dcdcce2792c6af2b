"""Mailboxes and mail in them, laid down row by row: each test says what it holds."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from apps.accounts.models import User
from apps.core.services import files
from apps.messaging.mime.parsing import parse_message
from apps.messaging.models import (
    MailAccount,
    MailAddress,
    MailAttachment,
    MailCopy,
    MailFolder,
    MailMessage,
    Thread,
    ThreadState,
)
from tests.conftest import NOW


@dataclass(frozen=True, slots=True)
class Part:
    """An attachment; with a `cid` it is a picture within the text."""

    name: str
    content_type: str
    content: bytes
    cid: str = ""


def mailbox_of(owner: User | None, address: str = "", **fields: Any) -> MailAccount:
    """A mailbox with an inbox; shared where it has no owner."""
    given = {
        "display_name": "",
        "created_at": NOW,
        "address": address or (owner.email if owner else "info@house.example"),
    }
    account = MailAccount.objects.create(owner=owner, **{**given, **fields})
    MailFolder.objects.create(account=account, name="INBOX", role=MailFolder.Role.INBOX)
    return account


def raw_mail(
    *,
    sender: str = "Olena Koval <olena@example.com>",
    to: str = "bob@example.com",
    subject: str = "Windows",
    text: str = "Good day",
    html: str = "",
    parts: Sequence[Part] = (),
    message_id: str = "",
    cc: str = "",
) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    if cc:
        mail["Cc"] = cc
    mail["Message-ID"] = (
        f"<{message_id or hashlib.sha256(f'{sender}{subject}{text}'.encode()).hexdigest()[:20]}@example>"
    )
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    for part in parts:
        main, _slash, sub = part.content_type.partition("/")
        if part.cid:
            body: Any = mail.get_body(("html",))
            body.add_related(part.content, main, sub, cid=f"<{part.cid}>", filename=part.name)
        else:
            mail.add_attachment(part.content, main, sub, filename=part.name)
    return mail.as_bytes()


def mail_in(
    *accounts: MailAccount,
    raw: bytes = b"",
    at: datetime = NOW,
    thread: Thread | None = None,
    is_seen: bool = False,
    is_outgoing: bool = False,
    fields: dict[str, Any] | None = None,
    state: dict[str, Any] | None = None,
    **words: Any,
) -> MailMessage:
    """A stored mail with a copy in each of `accounts`, and the rows of their lists. `words` are those of `raw_mail`."""
    raw = raw or raw_mail(**words)
    parsed = parse_message(raw)
    thread = thread or Thread.objects.create(subject=parsed.subject, last_at=at, created_at=at)
    listed = [each for each in parsed.attachments if not each.is_inline]
    message = MailMessage.objects.create(
        thread=thread,
        message_id=parsed.message_id,
        digest=hashlib.sha256(raw).hexdigest(),
        sender_name=parsed.sender.name,
        sender_address=parsed.sender.address.lower(),
        subject=parsed.subject,
        snippet=" ".join(parsed.text.split())[:120],
        text=parsed.text,
        has_html=bool(parsed.html),
        attachment_count=len(listed),
        size=len(raw),
        raw=files.store(raw, mime_type="message/rfc822", now=at),
        is_outgoing=is_outgoing,
        happened_at=at,
        created_at=at,
        **{"state": "sent" if is_outgoing else "received", **(fields or {})},
    )
    people = [("from", [parsed.sender]), ("to", parsed.to), ("cc", parsed.cc)]
    MailAddress.objects.bulk_create(
        MailAddress(message=message, role=role, name=box.name, address=box.address.lower(), position=position)
        for role, boxes in people
        for position, box in enumerate(boxes)
    )
    MailAttachment.objects.bulk_create(
        MailAttachment(
            message=message,
            number=number,
            filename=each.filename,
            content_type=each.content_type,
            content_id=each.content_id,
            is_inline=each.is_inline,
            size=each.size,
        )
        for number, each in enumerate(parsed.attachments)
    )
    for account in accounts:
        MailCopy.objects.create(
            account=account,
            message=message,
            thread=thread,
            folder=account.folders.filter(role="inbox").first(),
            is_seen=is_seen or is_outgoing,
            received_at=at,
        )
        _list(account, thread, message, is_seen or is_outgoing, state or {})
    return message


def _list(account: MailAccount, thread: Thread, message: MailMessage, is_seen: bool, given: dict[str, Any]) -> None:
    way = "last_out_at" if message.is_outgoing else "last_in_at"
    row = ThreadState.objects.filter(account=account, thread=thread).first() or ThreadState(
        account=account, thread=thread
    )
    row.last_at, row.snippet = message.happened_at, message.snippet
    row.people = message.sender_name or message.sender_address
    row.message_count += 1
    row.unread_count += not is_seen
    row.has_attachments = row.has_attachments or message.attachment_count > 0
    setattr(row, way, message.happened_at)
    for name, value in given.items():
        setattr(row, name, value)
    row.save()
