"""What is the same in every copy of one message."""

from __future__ import annotations

import hashlib
import re

from .mend import mend

# A server on the way adds fields and may fold these anew, but changes none of their words.
_KEPT = (b"from", b"date", b"subject", b"message-id", b"content-type")
_FIELD = re.compile(rb"(?m)^([!-9;-~]{1,100}):((?:[^\n]*\n[ \t])*[^\n]*)")
_END = re.compile(rb"\n\n|\A\n")
_SPACE = re.compile(rb"\s+")


def digest(raw: bytes) -> str:
    """SHA-256 (hex) over sender, date, subject, id, type and body: the same for copies in two mailboxes.

    Fields of transport (Received, Return-Path, Delivered-To, X-..., signatures, status) don't count,
    nor the order and folding of fields, line ends, or blank lines at the end. A Message-ID can be
    forged, so "one stored copy" is decided by both.
    """
    mended, _ = mend(raw)
    plain = mended.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    end = _END.search(plain)
    head, body = (plain[: end.start()], plain[end.end() :]) if end else (plain, b"")
    fields: dict[bytes, bytes] = {}
    for match in _FIELD.finditer(head):
        fields.setdefault(match[1].lower(), _SPACE.sub(b" ", match[2]).strip())
    seal = hashlib.sha256()
    for name in _KEPT:
        seal.update(name + b":" + fields.get(name, b"") + b"\n")
    seal.update(b"\n" + body.rstrip(b"\n"))
    return seal.hexdigest()
