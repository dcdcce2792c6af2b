"""Mail as the API gives it; names are those of the model."""

from __future__ import annotations

from datetime import datetime

from ninja import Schema
from pydantic import AwareDatetime, Field

from apps.core.api import Strict

_LARGEST = 2**63 - 1


class MailboxOut(Schema):
    name: str
    address: str


class AttachmentOut(Schema):
    number: int = Field(description="Its bytes are at /messages/{id}/attachments/{number}")
    filename: str
    content_type: str = Field(description="What it claims to be")
    size: int
    is_inline: bool


class MessageOut(Schema):
    id: int
    thread_id: int
    message_id: str = Field(description="RFC 5322, without angle brackets")
    in_reply_to: str
    subject: str
    sender: MailboxOut
    snippet: str
    is_outgoing: bool
    state: str = Field(description="received; of one's own: preparing, queued, sent, uncertain, failed, bounced")
    automatic: str = Field(description='"", newsletter, bounce, auto-reply, robot')
    happened_at: datetime
    opened_at: datetime | None
    attachment_count: int
    contact_ids: list[int] = Field(description="Those it stands with that you see")


class WholeMessageOut(MessageOut):
    to: list[MailboxOut]
    cc: list[MailboxOut]
    reply_to: list[MailboxOut]
    text: str = Field(description="Its plain words")
    attachments: list[AttachmentOut]


class MessagePage(Schema):
    items: list[MessageOut]
    next: str | None = Field(description="The `after` of the next page; null at the end")


class MessageFilters(Strict):
    """Narrow the list; all of them must hold."""

    after: str = Field("", max_length=200, description="`next` of the page before")
    limit: int = Field(50, ge=1, le=200)
    q: str = Field("", max_length=200, description="As in the search of the pages: words, from:, to:, has:attachment")
    contact_id: int | None = Field(None, ge=1, le=_LARGEST, description="With this contact or its people")
    thread_id: int | None = Field(None, ge=1, le=_LARGEST)
    is_outgoing: bool | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = Field(None, description="Not included")
