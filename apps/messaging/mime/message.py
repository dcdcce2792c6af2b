"""What a message holds once it is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One address of a header, as RFC 5322 calls it; `address` keeps its case and may be no valid address."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Attachment:
    filename: str  # safe to show and to save by: no path, no control characters, at most 200 characters; may be ""
    content_type: str
    content: bytes = field(repr=False)
    content_id: str = ""  # without angle brackets
    is_inline: bool = False  # meant to be shown within the body

    @property
    def size(self) -> int:
        return len(self.content)


@dataclass(frozen=True, slots=True)
class Calendar:
    """An iTIP message (RFC 5546) that came as a part of its own: an invitation or an answer to one."""

    method: str  # REQUEST, REPLY, CANCEL ..., or "" where the part named none
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Report:
    """A part that tells programs something: delivery status, read receipt, abuse report (RFC 6522)."""

    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ParsedMessage:
    """A message, decoded. Ids stand without angle brackets; what is missing is empty, never None (but `sent_at`)."""

    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    subject: str = ""
    sender: Mailbox = Mailbox("", "")
    from_all: tuple[Mailbox, ...] = ()  # a From header may name several authors; `sender` is the first
    reply_to: tuple[Mailbox, ...] = ()
    to: tuple[Mailbox, ...] = ()
    cc: tuple[Mailbox, ...] = ()
    bcc: tuple[Mailbox, ...] = ()
    sent_at: datetime | None = None  # aware, UTC
    text: str = ""  # line ends are \n
    html: str = ""
    content_type: str = "text/plain"
    report_type: str = ""  # of a multipart/report
    attachments: tuple[Attachment, ...] = ()
    calendar: tuple[Calendar, ...] = ()
    reports: tuple[Report, ...] = ()
    enclosed: tuple[bytes, ...] = ()  # raw messages within this one (forwarded, returned by a server)
    list_id: str = ""
    list_unsubscribe: str = ""
    auto_submitted: str = ""
    precedence: str = ""
    return_path: str | None = None  # None: no such header; "": the null sender of bounces
    mailer: str = ""
    disposition_notification_to: str = ""  # whom a read receipt should go to (RFC 8098)
    priority: str = ""  # "high", "low" or ""
    traits: tuple[str, ...] = ()  # names of headers that only programs write, lower case
    defects: tuple[str, ...] = ()

    @property
    def is_broken(self) -> bool:
        """Whether something of the message may be lost to the reader, so that the raw bytes matter."""
        return any(defect in BREAKING for defect in self.defects)


BREAKING = frozenset({"too-many-parts", "too-deep", "no-headers", "unreadable", "no-boundary", "bad-encoding"})
