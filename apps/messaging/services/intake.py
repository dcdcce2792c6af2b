"""A raw message read into what our tables take: lengths, signs and dates that the database accepts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from apps.messaging.mime.digests import digest
from apps.messaging.mime.html_text import html_to_text
from apps.messaging.mime.message import Mailbox, ParsedMessage
from apps.messaging.mime.parsing import parse_message
from apps.messaging.mime.quotes import split_reply
from apps.messaging.mime.robots import is_automatic
from apps.messaging.mime.threads import is_answer, subject_key

SNIPPET_LENGTH = 300
_TEXT_LENGTH = 1_000_000  # for search and reading; the raw message has the rest
_ID_BYTES = 900  # what an index takes
_REFERENCES = 40
_MOST_ADDRESSES = 2_000
_FIRST_YEAR = 1971


@dataclass(frozen=True, slots=True)
class Reading:
    """A message as we keep it. Ids, addresses and words fit their columns; addresses are lower case."""

    raw: bytes
    digest: str
    message_id: str  # ours where the message has none
    in_reply_to: str
    references: tuple[str, ...]  # the oldest first, `in_reply_to` last
    subject: str
    subject_key: str
    sender: Mailbox
    people: tuple[tuple[str, Mailbox], ...]  # role (`MailAddress.Role`) and address, in order
    bcc: tuple[Mailbox, ...]
    text: str
    snippet: str
    automatic: str
    sent_at: datetime | None
    is_broken: bool
    parsed: ParsedMessage

    @property
    def addresses(self) -> frozenset[str]:
        return frozenset(box.address for _role, box in self.people)


def read(raw: bytes) -> Reading:
    """Read `raw`; never raises, whatever the bytes."""
    parsed = parse_message(raw)
    seal = digest(raw)
    sender = _box(parsed.sender)
    text = fit(parsed.text or html_to_text(parsed.html), _TEXT_LENGTH)
    in_reply_to = fit_id(parsed.in_reply_to)
    references = [fit_id(each) for each in parsed.references]
    known = [*references[:1], *references[1:][-_REFERENCES:], in_reply_to]
    return Reading(
        raw=raw,
        digest=seal,
        message_id=fit_id(parsed.message_id) or f"{seal}@no-id.invalid",
        in_reply_to=in_reply_to,
        references=tuple(dict.fromkeys(each for each in known if each)),
        subject=fit(parsed.subject, 998),
        subject_key=fit(subject_key(parsed.subject), 300),
        sender=sender,
        people=tuple(_people(parsed, sender)),
        bcc=tuple(_boxes(parsed.bcc)),
        text=text,
        snippet=_snippet(parsed, text),
        automatic=is_automatic(parsed),
        sent_at=_moment(parsed.sent_at),
        is_broken=parsed.is_broken,
        parsed=parsed,
    )


def _snippet(parsed: ParsedMessage, text: str) -> str:
    """The first words of this mail itself. Only an answer quotes; looking for that takes as long as all the rest."""
    is_reply = bool(parsed.in_reply_to or parsed.references) or is_answer(parsed.subject)
    snippet = ""
    for length in (2 * SNIPPET_LENGTH, 4 * SNIPPET_LENGTH):  # the second for what is mostly blanks
        head, quoted = split_reply(text[:length]) if is_reply else (text[:length], "")
        snippet = " ".join((head.strip() or text[:length]).split())
        if len(snippet) >= SNIPPET_LENGTH or len(text) <= length or (head and quoted):
            break
    return fit(snippet, SNIPPET_LENGTH)


def unreadable(reading: Reading) -> Reading:
    """The same without what a table may have refused; the raw message has it all."""
    bare = ParsedMessage(defects=("unreadable",))
    sealed = f"{reading.digest}@no-id.invalid"
    return replace(
        reading,
        message_id=sealed,
        in_reply_to="",
        references=(),
        subject="",
        subject_key="",
        sender=Mailbox("", ""),
        people=(),
        bcc=(),
        text="",
        snippet="",
        automatic="",
        sent_at=None,
        is_broken=True,
        parsed=bare,
    )


def fit(text: str, length: int) -> str:
    """`text` as a column of `length` letters takes it: no NUL, no lone surrogates."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")[:length]


def fit_id(message_id: str) -> str:
    """A message id that an index takes; an endless one is known by its digest."""
    fitting = fit(message_id, 998).strip()
    if len(fitting.encode()) > _ID_BYTES:
        return hashlib.sha256(fitting.encode()).hexdigest() + "@long-id.invalid"
    return fitting


def _people(parsed: ParsedMessage, sender: Mailbox) -> Iterable[tuple[str, Mailbox]]:
    authors = _boxes(parsed.from_all) or ([sender] if sender.address else [])
    lists: Sequence[tuple[str, Sequence[Mailbox]]] = (
        ("from", authors),
        ("reply_to", _boxes(parsed.reply_to)),
        ("to", _boxes(parsed.to)),
        ("cc", _boxes(parsed.cc)),
    )
    return [(role, box) for role, boxes in lists for box in boxes][:_MOST_ADDRESSES]


def _boxes(boxes: Iterable[Mailbox]) -> list[Mailbox]:
    """Each address once."""
    found: dict[str, Mailbox] = {}
    for box in map(_box, boxes):
        if box.address:
            found.setdefault(box.address, box)
    return list(found.values())


def _box(box: Mailbox) -> Mailbox:
    return Mailbox(fit(" ".join(box.name.split()), 320), fit("".join(box.address.split()).lower(), 320))


def _moment(sent_at: datetime | None) -> datetime | None:
    """None for what no clock showed: mail begins in 1971."""
    return sent_at if sent_at is not None and sent_at.astimezone(UTC).year >= _FIRST_YEAR else None
