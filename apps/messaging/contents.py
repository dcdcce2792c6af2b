"""What a stored message holds, read out of its raw bytes when it is asked for (docs/adr/0012)."""

from __future__ import annotations

import re

from apps.core.services import files
from apps.messaging.mime.message import Attachment, ParsedMessage
from apps.messaging.mime.parsing import parse_message
from apps.messaging.models import MailMessage

# What a browser may show beside our pages, by the first bytes: nothing of it can run.
_SHOWN = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
)
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
PDF = "application/pdf"
_BCC = re.compile(rb"(?im)^(resent-)?bcc[ \t]*:.*(\r?\n[ \t].*)*(\r?\n|\Z)")
_HEAD_ENDS = re.compile(rb"\r?\n\r?\n")


def read_raw(message: MailMessage) -> bytes:
    """The bytes as they came. Raises FileNotFoundError where there are none: it is being prepared, or they are lost."""
    if message.raw is None:
        raise FileNotFoundError
    with files.open_file(message.raw) as file:
        return file.read()


def without_bcc(raw: bytes) -> bytes:
    """The bytes without who got it in secret: one mail is stored once, maybe as its sender's Sent folder has it."""
    end = found.start() if (found := _HEAD_ENDS.search(raw)) else len(raw)
    return _BCC.sub(b"", raw[:end]) + raw[end:]


def read_message(message: MailMessage) -> ParsedMessage:
    """Raises FileNotFoundError."""
    return parse_message(read_raw(message))


def read_attachment(message: MailMessage, number: int) -> Attachment | None:
    """The bytes of one attachment, None where there is no such. Raises FileNotFoundError."""
    found = read_message(message).attachments
    return found[number] if 0 <= number < len(found) else None


def number_of_cid(parsed: ParsedMessage, cid: str) -> int | None:
    """Which attachment a `cid:` address of the text means."""
    for number, attachment in enumerate(parsed.attachments):
        if attachment.content_id and attachment.content_id == cid:
            return number
    return None


def safe_type(content: bytes) -> str:
    """A type that may be shown within our pages, by what the bytes are, never by what they say; "" for all others."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for beginning, kind in _SHOWN if content.startswith(beginning)), "")
