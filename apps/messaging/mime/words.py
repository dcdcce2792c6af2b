"""Header text: folded lines joined, encoded words (RFC 2047) and raw 8-bit letters decoded."""

from __future__ import annotations

import base64
import binascii
import quopri
import re

from .charsets import decode_text

# Lenient on purpose: mailers put blanks, raw letters and half-done padding into encoded words.
_WORD = re.compile(r"=\?([\w.:+-]{1,60})(?:\*[\w-]*)?\?([bBqQ])\?([^?]*(?:\?(?!=)[^?]*)*)\?=")
_BETWEEN = re.compile(r"\s*\Z")
_SPACE = re.compile(r"\s+")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
HEADER_LIMIT = 1_000_000  # characters of one header that are read; nobody writes a subject of a megabyte


def repair_bytes(value: str, charset: str = "") -> str:
    """Decode the raw 8-bit letters that the parser kept as surrogates; `charset` is a second guess."""
    value = value[:HEADER_LIMIT]
    if value.isascii():
        return value
    data = value.encode("utf-8", "surrogateescape")
    text, _ = decode_text(data)
    if "\ufffd" in text and charset:
        text, _ = decode_text(data, charset)
    return text


def decode_words(value: str) -> str:
    """Replace the encoded words of a header value, joining those that were one text (RFC 2047, 6.2).

    Bytes are joined before decoding where charset and encoding agree, since many mailers cut in the
    middle of a letter. Line breaks become blanks; control characters go.
    """
    if "=?" not in value:
        return _CONTROLS.sub("", _unfold(value))
    pieces: list[str] = []
    run: list[bytes] = []
    charset, place = "", 0
    for word in _WORD.finditer(value):
        between = value[place : word.start()]
        # RFC 2047 joins neighbours over blanks only; other text between ends the run.
        is_neighbour = bool(run) and bool(_BETWEEN.match(between))
        if not (is_neighbour and word[1].lower() == charset):
            pieces.append(_decode_run(run, charset))
            run = []
        if not is_neighbour:
            pieces.append(between)
        run.append(_word_bytes(word[2].lower(), word[3]))
        charset, place = word[1].lower(), word.end()
    pieces += [_decode_run(run, charset), value[place:]]
    return _CONTROLS.sub("", _unfold("".join(pieces)))


def collapse(value: str) -> str:
    """White space collapsed and trimmed."""
    return _SPACE.sub(" ", value).strip()


def _unfold(value: str) -> str:
    return value.replace("\r", "").replace("\n", " ") if "\n" in value or "\r" in value else value


def _decode_run(run: list[bytes], charset: str) -> str:
    return decode_text(b"".join(run), charset)[0] if run else ""


def _word_bytes(encoding: str, payload: str) -> bytes:
    data = payload.encode("utf-8", "surrogateescape")
    if encoding == "q":
        return quopri.decodestring(data.replace(b"_", b"=20"))
    return decode_base64(data)


def decode_base64(data: bytes) -> bytes:
    """Base64 that may lack padding or hold foreign characters; a last half byte is dropped."""
    try:
        return base64.b64decode(data)
    except (binascii.Error, ValueError):
        pass
    clean = re.sub(rb"[^A-Za-z0-9+/]+", b"", data)
    if len(clean) % 4 == 1:
        clean = clean[:-1]
    return base64.b64decode(clean + b"=" * (-len(clean) % 4))
