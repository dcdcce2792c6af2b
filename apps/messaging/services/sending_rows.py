"""The rows of a mail that leaves: thread, message, who it names, the sender's copy."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from apps.core.services import files
from apps.messaging.mime.digests import digest
from apps.messaging.mime.parsing import parse_message
from apps.messaging.mime.threads import subject_key
from apps.messaging.models import MailAddress, MailAttachment, MailCopy, MailMessage
from apps.messaging.services.outgoing import new_message_id
from apps.messaging.services.thread_finding import Wanted, find_threads

if TYPE_CHECKING:
    from apps.messaging.models import Draft, MailAccount
    from apps.messaging.services.composing import Composed

_SNIPPET = 300


def add_message(draft: Draft, account: MailAccount, *, leaves_at: datetime, now: datetime) -> MailMessage:
    """The message in state *preparing*: all that is known before its words are set."""
    answered = None if draft.is_forward else draft.reply_to
    message_id = new_message_id(account.address)
    references = [*answered.references, answered.message_id] if answered else []
    # What answers nothing begins a thread of its own, whatever its subject.
    wanted = Wanted(
        message_id, references, leaves_at, draft.subject, subject_key(draft.subject), frozenset(), by_subject=False
    )
    message = MailMessage.objects.create(
        thread=find_threads([wanted], now=now)[0],
        message_id=message_id,
        in_reply_to=answered.message_id if answered else "",
        references=references,
        state=MailMessage.State.PREPARING,
        is_outgoing=True,
        sender_name=account.display_name[:320],
        sender_address=account.address,
        subject=draft.subject,
        is_urgent=draft.is_urgent,
        language=draft.language,
        happened_at=leaves_at,
        created_at=now,
        template_version=draft.template_version,
        context_type=draft.context_type,
        context_id=draft.context_id,
    )
    MailAddress.objects.bulk_create(_addresses(message, draft))
    MailCopy.objects.create(
        account=account,
        message=message,
        thread=message.thread,
        is_seen=True,
        bcc=draft.bcc,
        received_at=leaves_at,
    )
    return message


def fill_message(message: MailMessage, composed: Composed, *, now: datetime) -> None:
    """Its words and files, now that the raw message is there; the caller saves the message."""
    parsed = parse_message(composed.raw)
    message.raw = files.store(composed.raw, mime_type="message/rfc822", now=now)
    message.digest = digest(composed.raw)
    message.size = len(composed.raw)
    message.text, message.has_html = composed.text, composed.has_html
    message.snippet = " ".join(composed.text.split())[:_SNIPPET]
    rows = [
        MailAttachment(
            message=message,
            number=number,
            filename=each.filename[:255],
            content_type=each.content_type[:100],
            content_id=each.content_id[:998],
            is_inline=each.is_inline,
            size=each.size,
        )
        for number, each in enumerate(parsed.attachments)
    ]
    MailAttachment.objects.bulk_create(rows)
    message.attachment_count = sum(not row.is_inline for row in rows)


def forget_message(message: MailMessage) -> None:
    """Take a message that never left out of the store again, and the thread that was begun for it."""
    thread = message.thread
    if message.activity is not None:
        message.activity.delete()
    message.delete()
    if not thread.messages.exists():
        thread.states.all().delete()
        thread.delete()


def _addresses(message: MailMessage, draft: Draft) -> list[MailAddress]:
    Role = MailAddress.Role  # noqa: N806  a class
    named = [(Role.FROM, [[message.sender_name, message.sender_address]]), (Role.TO, draft.to), (Role.CC, draft.cc)]
    return [
        MailAddress(message=message, role=role, name=row[0][:320], address=row[1].lower()[:320], position=position)
        for role, rows in named
        for position, row in enumerate(rows)
    ]
