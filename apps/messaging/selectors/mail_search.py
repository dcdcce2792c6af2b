"""Search in all mail that a user may read: words, and who, when, with what ("from:olena has:attachment oak")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.search import SearchQuery
from django.db.models import Exists, Func, OuterRef, Q, TextField, Value

from apps.core.markup import record_url
from apps.core.page_keys import page_key, read_page_key
from apps.messaging.models import MailAddress, MailCopy, MailMessage
from apps.messaging.selectors.mailbox import PAGE, Mailbox, MailPage, MailRow

if TYPE_CHECKING:
    from apps.accounts.models import User

_PART = re.compile(r'(?:(?P<key>[a-z]+):)?(?:"(?P<phrase>[^"]*)"|(?P<word>\S+))')
_LETTERS = re.compile(r"\w+")
_MOST_PARTS = 12
_RECIPIENTS = (MailAddress.Role.TO, MailAddress.Role.CC)


@dataclass(slots=True)
class MailQuery:
    """What was asked for; all of it must hold. `until` is not included."""

    words: list[str] = field(default_factory=list)
    subject: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    has_attachment: bool = False
    since: date | None = None
    until: date | None = None

    def __bool__(self) -> bool:
        people = self.words or self.subject or self.senders or self.recipients
        return bool(people or self.has_attachment or self.since or self.until)


def parse(text: str) -> MailQuery:
    """Read what a person typed; what makes no sense as a key ("after:tea") is a word like others."""
    query = MailQuery()
    for found in list(_PART.finditer(text.replace("\x00", "")))[:_MOST_PARTS]:
        key, value = found["key"] or "", found["phrase"] if found["word"] is None else found["word"]
        if value and not _take(query, key, value):
            query.words.append(f"{key}:{value}" if key else value)
    return query


def _take(query: MailQuery, key: str, value: str) -> bool:
    match key:
        case "":
            query.words.append(value)
        case "from":
            query.senders.append(value)
        case "to":
            query.recipients.append(value)
        case "subject":
            query.subject.append(value)
        case "has" if value.lower() in ("attachment", "attachments", "file"):
            query.has_attachment = True
        case "before" | "after" if day := _day(value):
            if key == "before":
                query.until = day
            else:
                query.since = day
        case _:
            return False
    return True


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def condition_of(query: MailQuery, zone: ZoneInfo) -> Q:
    """The condition on `MailMessage`; days are meant by the clocks of `zone`."""
    terms = [*(_term(word) for word in query.words)]
    terms += [_term(word, "A") for word in query.subject]
    terms += [_term(word, "B") for word in query.senders]
    found = Q()
    if terms := list(filter(None, terms)):
        # Accents are folded as the trigger folds them that keeps `words`.
        asked = Func(Value(" & ".join(terms)), function="unaccent", output_field=TextField())
        found &= Q(words=SearchQuery(asked, config="simple", search_type="raw"))
    for person in query.recipients:
        who = Q(address__startswith=person.lower()) | Q(name__icontains=person)
        found &= Q(Exists(MailAddress.objects.filter(who, message=OuterRef("pk"), role__in=_RECIPIENTS)))
    if query.has_attachment:
        found &= Q(attachment_count__gt=0)
    if query.since:
        found &= Q(happened_at__gte=datetime.combine(query.since, time.min, zone))
    if query.until:
        found &= Q(happened_at__lt=datetime.combine(query.until, time.min, zone))
    return found


def _term(word: str, weight: str = "") -> str:
    """A word by its beginning, as tsquery takes it; an address or number is looked for whole and in its parts."""
    parts = _LETTERS.findall(word)
    if not parts:
        return ""
    pieces = " & ".join(f"'{part}':*{weight}" for part in parts)
    if len(parts) == 1:
        return pieces
    whole = word.replace("\\", " ").replace("'", "''")
    return f"('{whole}':*{weight} | ({pieces}))"


def search_page(
    text: str,
    *,
    user: User,
    mailboxes: Mapping[int, Mailbox],
    zone: ZoneInfo,
    account: int | None = None,
    after: str = "",
) -> MailPage:
    """A page of the messages that were found, the newest first; of one mailbox where `account` names it."""
    found: Any = MailMessage.objects.present_to(user).filter(condition_of(parse(text), zone))
    if account is not None:
        found = found.filter(Exists(MailCopy.objects.filter(message=OuterRef("pk"), account=account)))
    if (key := read_page_key(after)) is not None:
        at, pk = key
        found = found.filter(Q(happened_at__lt=at) | Q(happened_at=at, pk__lt=pk), happened_at__lte=at)
    columns = ("sender_name", "sender_address", "subject", "snippet", "happened_at", "attachment_count", "thread")
    rows = list(found.order_by("-happened_at", "-pk").only(*columns)[: PAGE + 1])
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    held = _held(rows, mailboxes)
    return MailPage(
        [_row(message, *held.get(message.pk, (None, False))) for message in rows],
        page_key(rows[-1].happened_at, rows[-1].pk) if more else "",
    )


def _held(rows: Iterable[MailMessage], mailboxes: Mapping[int, Mailbox]) -> dict[int, tuple[Mailbox, bool]]:
    """In which of the reader's mailboxes each message is, and whether it waits there unread."""
    copies = MailCopy.objects.present().filter(message__in=[row.pk for row in rows], account__in=mailboxes)
    held: dict[int, tuple[Mailbox, bool]] = {}
    for message, account, is_seen in copies.order_by("pk").values_list("message_id", "account_id", "is_seen"):
        mailbox, is_unread = held.get(message, (mailboxes[account], False))
        held[message] = (mailbox, is_unread or not is_seen)
    return held


def _row(message: MailMessage, mailbox: Mailbox | None, is_unread: bool) -> MailRow:
    return MailRow(
        key=f"found-{message.pk}",
        url=f"{record_url('messaging:thread', message.thread_id)}#message-{message.pk}",
        people=message.sender_name or message.sender_address,
        subject=message.subject,
        snippet=message.snippet,
        at=message.happened_at,
        is_unread=is_unread,
        has_attachments=message.attachment_count > 0,
        mailbox=mailbox,
    )
