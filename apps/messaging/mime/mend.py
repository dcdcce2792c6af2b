"""Repairs on the raw bytes, before anything is parsed: where the header begins, and lines that tore it."""

from __future__ import annotations

import codecs
import re

_HEAD_LIMIT = 4 << 20  # bytes; a header longer than this is taken as it stands
_FIELD = re.compile(rb"[!-9;-~]{1,100}[ \t]*:")
_SPACED = re.compile(rb"\A([!-9;-~]{1,100})[ \t]+:")
_SPACED_ANY = re.compile(rb"(?m)^[!-9;-~]{1,100}[ \t]+:")
_ENVELOPE = re.compile(rb">?From [^\r\n]*\r?\n")
_BLANK_START = re.compile(rb"\A(?:[ \t]*\r?\n)+")
# Fields that no sentence begins with: after a torn line they prove that the header goes on.
_SURE = re.compile(
    rb"(?im)^(?:content-[a-z-]+|mime-version|message-id|received|return-path|subject|from|to|cc|date|reply-to"
    rb"|in-reply-to|references|x-[a-z0-9-]+|dkim-signature|list-[a-z-]+|sender|user-agent)[ \t]*:"
)


def mend(raw: bytes) -> tuple[bytes, list[str]]:
    """`raw` so that its first line is a header field and no torn line ends the header early, with words for it."""
    words: list[str] = []
    raw = _as_bytes_of_mail(raw)
    if b"\n" not in raw and b"\r" in raw:
        raw, words = raw.replace(b"\r", b"\n"), ["lone-cr"]
    start = _BLANK_START.sub(b"", raw)
    start = _ENVELOPE.sub(b"", start, count=1) if start.startswith((b"From ", b">From ")) else start
    if start[:1] in b" \t" and start[:1]:
        # A line of blanks and then the header: the first field was taken for a folded one.
        stripped = start.lstrip(b" \t")
        if _FIELD.match(stripped):
            start, words = stripped, [*words, "header-starts-folded"]
    if not start:
        return raw, [*words, "no-headers"]
    return _mend_head(start, words)


def _as_bytes_of_mail(raw: bytes) -> bytes:
    """What editors and copying do to a saved mail taken back: UTF-16, and CR doubled at each line."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raw = raw.decode("utf-16", "replace").encode()
    first = raw.find(b"\n")
    if first > 1 and raw[first - 2 : first] == b"\r\r" and raw.count(b"\r\r\n") == raw.count(b"\n"):
        return raw.replace(b"\r\r\n", b"\r\n")
    return raw


def _mend_head(raw: bytes, words: list[str]) -> tuple[bytes, list[str]]:
    end = _head_end(raw)
    head = raw[:end]
    if len(head) > _HEAD_LIMIT:
        return raw, words
    lines, is_spaced = head.splitlines(keepends=True), bool(_SPACED_ANY.search(head))
    if is_spaced:
        lines = [_SPACED.sub(rb"\1:", line) for line in lines]
    torn = [i for i, line in enumerate(lines) if not _is_header_line(line)]
    if not torn:
        return (b"".join(lines) + raw[end:] if is_spaced else raw), words
    first = torn[0]
    rest = b"".join(lines[first:])
    if not _SURE.search(rest):
        if first == 0:
            return b"\n" + raw, [*words, "no-headers"]
        return raw, words
    for i in torn:
        # Joined to the field above; before any field, or of signs only, it becomes a field that nobody reads.
        lines[i] = (b" " if i and re.search(rb"[0-9A-Za-z\x80-\xff]", lines[i]) else b"X-Torn-Line: ") + lines[i]
    return b"".join(lines) + raw[end:], [*words, "torn-header"]


def _is_header_line(line: bytes) -> bool:
    return line[:1] in b" \t" or bool(_FIELD.match(line)) or line in {b"", b"\n", b"\r\n"}


def _head_end(raw: bytes) -> int:
    """Where the first blank line begins."""
    found = re.search(rb"\r?\n(?=\r?\n)", raw)
    return found.end() if found else len(raw)
