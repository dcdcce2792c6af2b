"""A raw message read into a `ParsedMessage`."""

from __future__ import annotations

import re

from .addresses import read_mailboxes
from .bodies import Contents, read_contents
from .dates import read_date
from .mend import mend
from .message import Mailbox, ParsedMessage
from .tree import Part, read_tree
from .words import collapse, decode_words

_ID = re.compile(r"<([^<>]{1,998})>")
_MAX_REFERENCES = 500
_TRAITS = (
    "x-auto-response-suppress", "x-autoreply", "x-autorespond", "x-auto-reply-from", "x-failed-recipients", "list-id",
    "list-unsubscribe", "list-post", "feedback-id", "x-campaign", "x-campaignid", "x-mailgun-sid", "x-csa-complaints",
    "x-loop", "x-cron-env", "x-github-reason", "x-list", "x-mailing-list",
)  # fmt: skip


def parse_message(raw: bytes) -> ParsedMessage:
    """Read `raw` (RFC 5322 with MIME, or what claims to be that).

    Never raises and takes bounded time: at most 200 parts, 50 levels, 20,000 addresses a header and
    a megabyte of each header are read. `defects` names the repairs; `is_broken` says that the raw
    bytes may hold more than is shown.
    """
    mended, words = mend(raw)
    root, more = read_tree(mended)
    _hint_charset(root)
    contents = read_contents(root)
    if not contents.texts and not contents.htmls and not contents.attachments and not root.keys():
        words.append("no-headers")
    words += more + contents.defects
    return _assemble(root, contents, tuple(dict.fromkeys(words)))


def _assemble(root: Part, contents: Contents, defects: tuple[str, ...]) -> ParsedMessage:
    authors = read_mailboxes(root.header("from"))
    sender = authors[0] if authors else next(iter(read_mailboxes(root.header("sender"))), Mailbox("", ""))
    return_path = root.header("return-path")
    report_type = root.get_param("report-type") if root.kind == "multipart/report" else ""
    return ParsedMessage(
        message_id=_first_id(root.header("message-id")),
        in_reply_to=_first_id(root.header("in-reply-to")),
        references=_ids(root.header("references")),
        subject=_text(root, "subject"),
        sender=sender,
        from_all=authors,
        reply_to=read_mailboxes(root.header("reply-to")),
        to=_all_mailboxes(root, "to"),
        cc=_all_mailboxes(root, "cc"),
        bcc=_all_mailboxes(root, "bcc"),
        sent_at=read_date(root.header("date")),
        text="\n\n".join(text.strip("\n") for text in contents.texts),
        html="\n".join(contents.htmls),
        content_type=root.kind,
        report_type=str(report_type or "").lower(),
        attachments=tuple(contents.attachments),
        calendar=tuple(contents.calendar),
        reports=tuple(contents.reports),
        enclosed=tuple(contents.enclosed),
        list_id=_list_id(_text(root, "list-id")),
        list_unsubscribe=_text(root, "list-unsubscribe"),
        auto_submitted=_text(root, "auto-submitted").lower(),
        precedence=_text(root, "precedence").lower(),
        return_path=return_path.strip().strip("<>").strip() if "return-path" in root else None,
        mailer=_text(root, "x-mailer") or _text(root, "user-agent"),
        disposition_notification_to=next(
            (box.address for box in read_mailboxes(root.header("disposition-notification-to"))), ""
        ),
        priority=_priority(root),
        traits=_traits(root),
        defects=defects,
    )


def _text(root: Part, name: str) -> str:
    return collapse(decode_words(root.header(name)))[:2000]


def _all_mailboxes(root: Part, name: str) -> tuple[Mailbox, ...]:
    """A header that stands twice, as it must not, is read twice."""
    values = list(root.all_of(name))
    return read_mailboxes(", ".join(values)) if values else ()


def _first_id(value: str) -> str:
    return next(iter(_ids(value)), "")


def _ids(value: str) -> tuple[str, ...]:
    """The ids of a header; those without angle brackets are taken where none has any."""
    value = decode_words(value)
    found = [re.sub(r"\s+", "", each) for each in _ID.findall(value)]
    if not found:
        words = value.split()
        found = [word.strip("<>,;") for word in words if "@" in word or len(words) == 1]
    return tuple(dict.fromkeys(each[:998] for each in found if each))[:_MAX_REFERENCES]


def _list_id(value: str) -> str:
    inside = re.search(r"<([^<>]+)>", value)
    return (inside[1] if inside else value).strip()[:255]


def _priority(root: Part) -> str:
    value = " ".join(root.header(name) for name in ("importance", "priority", "x-priority")).lower()
    if re.search(r"high|urgent(?!\S)|\b[12]\b", value) and "non-urgent" not in value:
        return "high"
    return "low" if re.search(r"low|non-urgent|\b[45]\b", value) else ""


def _traits(root: Part) -> tuple[str, ...]:
    names = {name.lower() for name in root.keys()}  # noqa: SIM118 a Message is no dict
    return tuple(name for name in _TRAITS if name in names)


def _hint_charset(root: Part) -> None:
    """Raw letters of the header are most likely written like the body."""
    if any(not value.isascii() for _, value in root.raw_items()):
        charset = root.get_param("charset") or next(
            (child.get_param("charset") for child in root.children if child.get_param("charset")), ""
        )
        root.charset_hint = charset if isinstance(charset, str) else ""
