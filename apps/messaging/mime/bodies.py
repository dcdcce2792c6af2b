"""What of a tree of parts is body, and what is attached to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .charsets import decode_text
from .filenames import filename_of
from .message import Attachment, Calendar, Report
from .tree import Part

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_REPORTS = frozenset({
    "message/delivery-status", "message/global-delivery-status", "message/disposition-notification",
    "message/global-disposition-notification", "message/feedback-report",
})  # fmt: skip
_MESSAGES = frozenset({"message/rfc822", "message/global", "message/news"})
_METHOD = re.compile(rb"(?im)^METHOD:([A-Z]{1,20})[ \t]*\r?$")
_NUL = "\x00"


@dataclass(slots=True)
class Contents:
    texts: list[str] = field(default_factory=list)
    htmls: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    calendar: list[Calendar] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    enclosed: list[bytes] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)


def read_contents(root: Part) -> Contents:
    """Sort the leaves of `root` into body, attachments and what programs sent to programs."""
    found = Contents()
    for part, bag in _leaves(root):
        _sort(part, bag, found)
    if not found.calendar:  # elsewhere the same comes twice: for mail programs, and as a file
        files = [each for each in found.attachments if each.content_type == "application/ics"]
        found.calendar += [Calendar(_method(each.content), each.content) for each in files]
    return found


def _method(calendar: bytes) -> str:
    method = _METHOD.search(calendar[:20_000])
    return method[1].decode("ascii").upper() if method else ""


def _leaves(root: Part) -> Iterator[tuple[Part, str]]:
    """Each leaf with the type of the multipart it stands in; iterative, since depth is a stranger's choice."""
    stack = [(root, "")]
    while stack:
        part, bag = stack.pop()
        if part.is_bag:
            stack += [(child, part.kind) for child in reversed(part.children)]
        else:
            yield part, bag


def _sort(part: Part, bag: str, found: Contents) -> None:
    kind = part.kind
    disposition = part.header("content-disposition").partition(";")[0].strip().lower()
    name = filename_of(part)
    data, is_sound = part.body()
    if not is_sound:
        found.defects.append("bad-encoding")
    if kind.startswith("multipart/"):
        kind = "text/plain"  # a multipart without its boundary: what stands in it is shown as text
    if kind == "text/calendar":
        method = part.get_param("method")
        found.calendar.append(Calendar(str(method or "").upper()[:20], data))
    if kind in _REPORTS:
        found.reports.append(Report(kind, data))
    if kind in _MESSAGES or kind == "text/rfc822-headers":
        found.enclosed.append(data)
    is_body = kind in {"text/plain", "text/html", "text/calendar"} or bag != "multipart/alternative"
    if disposition != "attachment" and not name and kind.startswith("text/") and is_body:
        _add_text(part, kind, data, found)
        return
    content_id = part.header("content-id").strip().strip("<>")[:500]
    is_inline = disposition == "inline" or (bag == "multipart/related" and disposition != "attachment")
    found.attachments.append(Attachment(name, kind[:100], data, content_id, is_inline))


def _add_text(part: Part, kind: str, data: bytes, found: Contents) -> None:
    charset = part.get_param("charset")
    named = charset[2] if isinstance(charset, tuple) else str(charset or "")
    if kind == "text/html" and not named:
        meta = _META_CHARSET.search(data[:4096])
        named = meta[1].decode("ascii") if meta else ""
    text, was_right = decode_text(data, named)
    if not was_right:
        found.defects.append("wrong-charset")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace(_NUL, "")
    if kind == "text/html":
        found.htmls.append(text)
    elif kind != "text/calendar":
        found.texts.append(text)
