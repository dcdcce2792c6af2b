"""The MIME of a mail that leaves (RFC 5322, 2045-2049): words, pictures and files, with a fixed Message-ID."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from apps.messaging.recipients import on_the_wire

# Seven bits only: what is signed, encrypted or relayed by old servers arrives as it left.
POLICY = policy.SMTP.clone(cte_type="7bit")
POLICY_UTF8 = policy.SMTPUTF8.clone(cte_type="7bit")
_MOST_REFERENCES = 40
# Whatever str.splitlines() takes for the end of a line, and what no header may bear.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ID = re.compile(r"[^\s<>\x00-\x1f\x7f-\x9f]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A file within a mail; with a `content_id` and `is_inline` a picture of its text."""

    filename: str
    content_type: str
    content: bytes
    content_id: str = ""
    is_inline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """What a mail says. Names and addresses are pairs; `html` is "" where only plain text goes."""

    message_id: str  # without angle brackets
    sender: tuple[str, str]
    to: Sequence[tuple[str, str]] = ()
    cc: Sequence[tuple[str, str]] = ()
    subject: str = ""
    text: str = ""
    html: str = ""
    pieces: Sequence[Piece] = ()
    sent_at: datetime
    in_reply_to: str = ""
    references: Sequence[str] = ()
    is_urgent: bool = False
    wants_receipt: bool = False


def new_message_id(address: str) -> str:
    """A fresh id in the domain of `address`, without angle brackets (RFC 5322, 3.6.4)."""
    domain = on_the_wire(address).rpartition("@")[2]
    return f"{secrets.token_hex(16)}@{domain if domain.isascii() and domain else 'localhost'}"


def build_message(mail: Outgoing) -> bytes:
    """The whole message with CRLF line ends; Bcc isn't in it. The same `mail` says the same but for its boundaries."""
    message = headers_of(mail)
    _fill(message, mail)
    return bytes(message)


def build_content(mail: Outgoing) -> bytes:
    """Only the words and files, as a MIME entity of its own: what gets encrypted (RFC 3156, 4)."""
    part = EmailMessage(policy=POLICY)
    _fill(part, mail)
    del part["MIME-Version"]
    return bytes(part)


def headers_of(mail: Outgoing) -> EmailMessage:
    """A message that has the headers of `mail` and no content yet."""
    people = [mail.sender, *mail.to, *mail.cc]
    plain = all(on_the_wire(address).isascii() for _name, address in people)
    message = EmailMessage(policy=POLICY if plain else POLICY_UTF8)
    message["From"] = _address(*mail.sender)
    for name, rows in (("To", mail.to), ("Cc", mail.cc)):
        if rows:
            message[name] = [_address(*row) for row in rows]
    if not mail.to and not mail.cc:
        message["To"] = "undisclosed-recipients:;"
    message["Subject"] = one_line(mail.subject)
    message["Date"] = format_datetime(mail.sent_at)
    message["Message-ID"] = f"<{mail.message_id}>"
    if _is_id(mail.in_reply_to):
        message["In-Reply-To"] = f"<{mail.in_reply_to}>"
    if references := list(filter(_is_id, mail.references)):
        kept = [*references[:1], *references[1:][-_MOST_REFERENCES:]]
        message["References"] = " ".join(f"<{each}>" for each in kept)
    if mail.is_urgent:
        message["X-Priority"] = "1"
        message["Importance"] = "high"
    if mail.wants_receipt:
        message["Disposition-Notification-To"] = on_the_wire(mail.sender[1])
    return message


def one_line(text: str) -> str:
    """Words of people as a header takes them: one line, and nothing in it that reads as an encoded word (RFC 2047).

    The email package decodes those in what it is given, line breaks too, and writes them out: a subject that we answer
    could add headers to our mail.
    """
    return " ".join(_UNSEEN.sub(" ", text).replace("=?", "= ?").split())


def _is_id(message_id: str) -> bool:
    """Whether a strange mail's id may stand in a header of ours."""
    return "=?" not in message_id and _ID.fullmatch(message_id) is not None


def _fill(message: EmailMessage, mail: Outgoing) -> None:
    message.set_content(_ended(mail.text))
    if mail.html:
        message.add_alternative(_page(mail.html), subtype="html")
        shown = list(message.iter_parts())[1]
        for piece in mail.pieces:
            if piece.is_inline:
                kind, _slash, subtype = piece.content_type.partition("/")
                shown.add_related(
                    piece.content,
                    maintype=kind,
                    subtype=subtype,
                    cid=f"<{piece.content_id}>",
                    filename=one_line(piece.filename),
                    disposition="inline",
                )
    for piece in mail.pieces:
        if not (piece.is_inline and mail.html):
            kind, subtype = _kind_of(piece.content_type)
            message.add_attachment(piece.content, maintype=kind, subtype=subtype, filename=one_line(piece.filename))


def _kind_of(content_type: str) -> tuple[str, str]:
    """A message within a message must not be encoded (RFC 2046, 5.2.1): it goes as a file."""
    kind, _slash, subtype = content_type.partition("/")
    if kind in ("message", "multipart") or not subtype:
        return "application", "octet-stream"
    return kind, subtype


def _address(name: str, address: str) -> Address:
    # By its two halves: `addr_spec` refuses letters beyond ASCII, which RFC 6532 allows.
    local, _at, domain = on_the_wire(address).rpartition("@")
    return Address(display_name=one_line(name), username=local, domain=domain)


def _page(html: str) -> str:
    return f'<!doctype html>\n<html><head><meta charset="utf-8"></head><body>\n{_ended(html)}</body></html>\n'


def _ended(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"
