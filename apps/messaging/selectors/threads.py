"""A thread as one reader sees it: of its messages only those that they may read, with people, attachments, proof."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q

from apps.activities.models import ActivityEntity
from apps.contacts.models import EmailAddress, Entity
from apps.core.models import OutgoingMail
from apps.core.page_keys import page_key, read_page_key
from apps.messaging.mime.quotes import split_reply
from apps.messaging.models import (
    Bounce,
    MailAddress,
    MailAttachment,
    MailCopy,
    MailMessage,
    MailShare,
    Thread,
    ThreadState,
)
from apps.messaging.selectors.mailbox import Mailbox
from apps.messaging.selectors.proof import read_by_sender

if TYPE_CHECKING:
    from apps.accounts.models import User

PAGE = 30  # messages; earlier ones come when they are asked for
_HEIGHTS = (4, 9, 16, 26, 40, 60)  # lines, from where on a frame is higher
_LINE = 90  # letters
_MOST_PEOPLE = 60  # named one by one of a mail's recipients


@dataclass(frozen=True, slots=True)
class Person:
    """An address of a mail; `entity_id` is the contact of this reader who has it."""

    name: str
    address: str
    entity_id: int | None = None

    def __str__(self) -> str:
        return self.name or self.address


@dataclass(slots=True)
class ShownMessage:
    """`answer` and `quoted` are the words of a plain mail; one with HTML is shown in a frame of `height` (0 to 6)."""

    message: MailMessage
    sender: Person
    recipients: dict[str, list[Person]]  # by role: to, cc, reply_to, bcc
    is_unread: bool = False
    is_flagged: bool = False
    is_mine: bool = False  # a copy lies in one of the reader's mailboxes: they may act
    mailboxes: list[Mailbox] = field(default_factory=list)
    attachments: list[MailAttachment] = field(default_factory=list)
    contacts: list[Entity] = field(default_factory=list)  # on whose timelines it stands
    bounces: list[Bounce] = field(default_factory=list)
    envelope: OutgoingMail | None = None
    answer: str = ""
    quoted: str = ""
    height: int = 0
    is_open: bool = False
    rest: int = 0  # recipients beyond those named

    @property
    def everybody(self) -> list[Person]:
        return [*self.recipients.get("to", []), *self.recipients.get("cc", [])]


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """`messages`, the oldest first; `earlier` is the key of the page before, "" at the beginning.

    `subject` is of the first message that the reader may read: the thread itself may have begun among others.
    """

    thread: Thread
    subject: str
    messages: list[ShownMessage]
    states: list[ThreadState]  # the rows of it in the reader's mailboxes
    earlier: str
    is_shared: bool

    @property
    def newest(self) -> ShownMessage:
        return self.messages[-1]


def thread_page(
    thread_id: int, *, user: User, mailboxes: Mapping[int, Mailbox], account: int | None = None, before: str = ""
) -> ThreadPage | None:
    """None where `user` may read nothing of it. With `account` the rows of that mailbox alone are meant."""
    readable = MailMessage.objects.present_to(user).filter(thread=thread_id)
    found: Any = readable.select_related("thread")
    if (key := read_page_key(before)) is not None:
        at, pk = key
        found = found.filter(Q(happened_at__lt=at) | Q(happened_at=at, pk__lt=pk))
    columns = [each.name for each in MailMessage._meta.concrete_fields if each.name not in ("words", "references")]
    rows = list(found.only(*columns, "thread__last_at").order_by("-happened_at", "-pk")[: PAGE + 1])
    if not rows:
        return None
    more = len(rows) > PAGE
    rows = rows[:PAGE][::-1]
    shown = _dressed(rows, user, mailboxes)
    shown[-1].is_open = key is None
    for each in shown:
        each.is_open = each.is_open or each.is_unread
    states = _states(thread_id, mailboxes, account) if mailboxes else []
    earlier = page_key(rows[0].happened_at, rows[0].pk) if more else ""
    subject = readable.order_by("happened_at", "pk").values_list("subject", flat=True)[0]
    return ThreadPage(rows[0].thread, subject, shown, states, earlier, any(state.is_shared for state in states))  # type: ignore[attr-defined]  # annotated


def _states(thread_id: int, mailboxes: Mapping[int, Mailbox], account: int | None) -> list[ThreadState]:
    shares = MailShare.objects.filter(account=OuterRef("account"), thread=OuterRef("thread"))
    wanted = [account] if account in mailboxes else list(mailboxes)
    found = ThreadState.objects.filter(thread=thread_id, account__in=wanted).annotate(is_shared=Exists(shares))
    return list(found.select_related("assignee").order_by("pk"))


def _dressed(rows: Sequence[MailMessage], user: User, mailboxes: Mapping[int, Mailbox]) -> list[ShownMessage]:
    ids = [row.pk for row in rows]
    addresses: dict[int, list[MailAddress]] = {}
    for each in MailAddress.objects.filter(message__in=ids).order_by("pk"):
        addresses.setdefault(each.message_id, []).append(each)
    known = contacts_at({each.address for some in addresses.values() for each in some}, user=user)
    shown = {row.pk: _shown(row, addresses.get(row.pk, []), known) for row in rows}
    _add_copies(shown, mailboxes)
    with_files = [row.pk for row in rows if row.attachment_count]
    if with_files:
        listed = MailAttachment.objects.filter(message__in=with_files, is_inline=False).order_by("number")
        for attachment in listed:
            shown[attachment.message_id].attachments.append(attachment)
    _add_contacts(shown, user)
    _add_proof(shown, user)
    return list(shown.values())


def _shown(message: MailMessage, addresses: Iterable[MailAddress], known: Mapping[str, int]) -> ShownMessage:
    recipients: dict[str, list[Person]] = {}
    for each in addresses:
        person = Person(each.name, each.address, known.get(each.address))
        recipients.setdefault(each.role, []).append(person)
    authors = recipients.pop("from", [])
    named = {role: people[:_MOST_PEOPLE] for role, people in recipients.items()}
    answer, quoted = split_reply(message.text)
    return ShownMessage(
        message,
        authors[0] if authors else Person(message.sender_name, message.sender_address),
        named,
        answer=answer if answer.strip() else message.text,
        quoted=quoted if answer.strip() else "",
        height=_height(answer if answer.strip() else message.text),
        rest=sum(map(len, recipients.values())) - sum(map(len, named.values())),
    )


def has_quote(text: str) -> bool:
    """Whether there is an answer beside what is quoted, so that this may be folded away."""
    answer, quoted = split_reply(text)
    return bool(answer.strip() and quoted)


def _height(text: str) -> int:
    """How high a mail's frame is at first: nobody may look into it, so its lines are counted beforehand."""
    lines = sum(1 + len(line) // _LINE for line in text.splitlines())
    return sum(lines > limit for limit in _HEIGHTS)


def contacts_at(addresses: Iterable[str], *, user: User) -> dict[str, int]:
    """The id of a contact that `user` sees for each of these addresses (lower case), where there is one."""
    wanted = sorted(addresses)[:1000]
    if not wanted:
        return {}
    seen = Entity.objects.visible_to(user).live().values("pk")
    found = EmailAddress.objects.filter(address__in=wanted, entity__in=seen).order_by("-pk")
    return {address.lower(): entity for address, entity in found.values_list("address", "entity_id")}


def _add_copies(shown: Mapping[int, ShownMessage], mailboxes: Mapping[int, Mailbox]) -> None:
    """What the reader's own mailboxes hold of each message; bcc stands on the sender's copy alone."""
    copies = MailCopy.objects.present().filter(message__in=list(shown), account__in=list(mailboxes)).order_by("pk")
    for copy in copies.only("message_id", "account_id", "is_seen", "is_flagged", "bcc"):
        one = shown[copy.message_id]
        one.is_mine = True
        one.is_unread = one.is_unread or not copy.is_seen
        one.is_flagged = one.is_flagged or copy.is_flagged
        if mailboxes[copy.account_id] not in one.mailboxes:
            one.mailboxes.append(mailboxes[copy.account_id])
        if copy.bcc:
            one.recipients["bcc"] = [Person(name, address) for name, address in copy.bcc][:_MOST_PEOPLE]


def _add_contacts(shown: Mapping[int, ShownMessage], user: User) -> None:
    filed = {one.message.activity_id: one for one in shown.values() if one.message.activity_id}
    if not filed:
        return
    links = ActivityEntity.objects.filter(activity__in=list(filed), via_employer=False)
    links = links.filter(entity__in=Entity.objects.visible_to(user)).select_related("entity").order_by("pk")
    for link in links.only("activity", "entity__display_name", "entity__kind"):
        filed[link.activity_id].contacts.append(link.entity)


def _add_proof(shown: Mapping[int, ShownMessage], user: User) -> None:
    """What became of sent mail: which server took it with which answer, and for whom it came back.

    For whoever reads it where it was sent from: a colleague to whom it went mustn't learn who else got it.
    """
    went = [pk for pk, one in shown.items() if one.message.is_outgoing]
    seen = read_by_sender(user, went) if went else set()
    sent = {one.message.outgoing_id: one for pk, one in shown.items() if one.message.outgoing_id and pk in seen}
    if sent:
        for envelope in OutgoingMail.objects.filter(pk__in=list(sent)).defer("raw"):
            sent[envelope.pk].envelope = envelope
    back = [pk for pk in seen if shown[pk].message.state == MailMessage.State.BOUNCED]
    if back:
        for bounce in Bounce.objects.filter(message__in=back).order_by("happened_at", "pk"):
            shown[bounce.message_id].bounces.append(bounce)
