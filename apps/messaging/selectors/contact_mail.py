"""Which mails a contact got and wrote, and the report of who got what, when; only what the reader may read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q

from apps.activities.models import ActivityEntity
from apps.contacts.models import EmailAddress, Entity
from apps.core.models import OutgoingMail
from apps.core.page_keys import page_key, read_page_key
from apps.messaging.models import MailAddress, MailAttachment, MailMessage, MailTemplate
from apps.messaging.models.mail import MailMessageQuerySet
from apps.messaging.selectors.mailbox import PAGE
from apps.messaging.selectors.proof import read_by_sender

if TYPE_CHECKING:
    from apps.accounts.models import User

_PORTION = 500
_MOST_RECIPIENTS = 20
_LATEST = datetime.max.replace(tzinfo=ZoneInfo("UTC"))
State = MailMessage.State


@dataclass(frozen=True, slots=True)
class ContactMails:
    messages: list[MailMessage]
    after: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the report is narrowed to; `until` is included."""

    contact: str = ""  # words of a contact's name, or the beginning of an address
    entity: Entity | None = None
    template: MailTemplate | None = None
    since: date | None = None
    until: date | None = None
    state: str = ""

    def __bool__(self) -> bool:
        return bool(self.contact or self.entity or self.template or self.since or self.until or self.state)


@dataclass(slots=True)
class Sent:
    """A line of the report. `server` says who took it, with its answer."""

    message: MailMessage
    recipients: list[str] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)
    envelope: OutgoingMail | None = None


@dataclass(frozen=True, slots=True)
class Report:
    lines: list[Sent]
    after: str


def mails_of(entity: Entity, *, user: User, after: str = "") -> ContactMails:
    """Mails with a contact, for an organisation with its people too, the newest first.

    Those that stand on its timeline, and those that bear one of its addresses though they don't.
    """
    rows, after = _newest(MailMessage.objects.present_to(user).filter(with_contact(entity.pk)), after)
    return ContactMails(rows, after)


def with_contact(entity_id: int) -> Q:
    """The condition on `MailMessage`; the caller has asked whether its reader sees the contact."""
    filed = ActivityEntity.objects.filter(entity=entity_id, activity__kind="mail").values("activity")
    addresses = EmailAddress.objects.filter(entity=entity_id).values_list("address", flat=True)
    bears = MailAddress.objects.filter(message=OuterRef("pk"), address__in=[each.lower() for each in addresses])
    return Q(activity__in=filed) | Q(Exists(bears))


def _newest(found: Any, after: str) -> tuple[list[MailMessage], str]:
    if (key := read_page_key(after)) is not None:
        at, pk = key
        found = found.filter(Q(happened_at__lt=at) | Q(happened_at=at, pk__lt=pk), happened_at__lte=at)
    rows = list(found.defer("words", "text", "references").order_by("-happened_at", "-pk")[: PAGE + 1])
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    return rows, page_key(rows[-1].happened_at, rows[-1].pk) if more else ""


def report_of(user: User, wanted: Wanted, *, zone: ZoneInfo, after: str = "") -> Report:
    """A page of what was sent, the newest first."""
    rows, after = _newest(_sent(user, wanted, zone), after)
    return Report(_lines(rows, user), after)


def all_lines(user: User, wanted: Wanted, *, zone: ZoneInfo) -> Iterator[Sent]:
    """All of it, in portions: it may be long."""
    at, pk = _LATEST, 0
    while True:
        beyond = Q(happened_at__lt=at) | Q(happened_at=at, pk__lt=pk)
        found = _sent(user, wanted, zone).filter(beyond, happened_at__lte=at).defer("words", "text", "references")
        rows = list(found.order_by("-happened_at", "-pk")[:_PORTION])
        yield from _lines(rows, user)
        if len(rows) < _PORTION:
            return
        at, pk = rows[-1].happened_at, rows[-1].pk


def _sent(user: User, wanted: Wanted, zone: ZoneInfo) -> MailMessageQuerySet:
    found = MailMessage.objects.present_to(user).filter(is_outgoing=True)
    if wanted.entity is not None:
        found = found.filter(_went_to(Q(address__in=_addresses_of(Q(pk=wanted.entity.pk), user))))
    if wanted.contact:
        by_name = Q(display_name__icontains=wanted.contact) | Q(organisation__icontains=wanted.contact)
        among = Q(address__startswith=wanted.contact.lower()) | Q(address__in=_addresses_of(by_name, user))
        found = found.filter(_went_to(among))
    if wanted.template is not None:
        found = found.filter(template_version__template=wanted.template)
    if wanted.since:
        found = found.filter(happened_at__gte=datetime.combine(wanted.since, time.min, zone))
    if wanted.until:
        found = found.filter(happened_at__lt=datetime.combine(wanted.until + timedelta(days=1), time.min, zone))
    return found.filter(state=wanted.state) if wanted.state else found


def _went_to(whom: Q) -> Exists:
    return Exists(MailAddress.objects.filter(whom, message=OuterRef("pk"), role__in=["to", "cc"]))


def _addresses_of(which: Q, user: User) -> list[str]:
    seen = Entity.objects.visible_to(user).filter(which).order_by().values("pk")
    rows = EmailAddress.objects.filter(entity__in=seen).values_list("address", flat=True)
    return [address.lower() for address in rows[:5000]]


def _lines(rows: list[MailMessage], user: User) -> list[Sent]:
    lines = {row.pk: Sent(row) for row in rows}
    people = MailAddress.objects.filter(message__in=list(lines), role__in=["to", "cc"], position__lt=_MOST_RECIPIENTS)
    for each in people.order_by("pk"):
        lines[each.message_id].recipients.append(each.name or each.address)
    attached = MailAttachment.objects.filter(message__in=list(lines), is_inline=False).order_by("number")
    for message_id, filename in attached.values_list("message_id", "filename"):
        lines[message_id].documents.append(filename)
    sent_here = read_by_sender(user, list(lines))
    by_envelope = {row.outgoing_id: row.pk for row in rows if row.outgoing_id and row.pk in sent_here}
    for envelope in OutgoingMail.objects.filter(pk__in=list(by_envelope)).defer("raw"):
        lines[by_envelope[envelope.pk]].envelope = envelope
    return list(lines.values())
