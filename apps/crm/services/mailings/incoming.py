"""What comes back to mailings: mails that can't be delivered, complaints, and readers who leave by mail.

Anybody may write such a mail. It counts for the one address that a mailing of ours went to, known by the Message-ID
that we gave it or by the sealed token in it; whomever else it names is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import structlog
from django.db import DatabaseError, transaction

from apps.contacts.services.bouncing import mark_bounced
from apps.contacts.services.consent import Reason, leave
from apps.core.models import OutgoingMail
from apps.core.services.suppression import fold
from apps.crm.services.mailings.tokens import LONGEST, Letter, letter_of
from apps.crm.signals import mailing_returned
from apps.messaging.mime.bounces import original_message_id, read_bounces, report_kind
from apps.messaging.models import MailAddress, MailMessage
from apps.messaging.services.intake import Reading

log = structlog.get_logger(__name__)

_HEADER = 200_000  # bytes of a returned mail that are looked at
_TYPE = re.compile(rb"(?im)^feedback-type[ \t]*:[ \t]*([\w-]+)")  # RFC 5965, section 3.1
_TOKEN = re.compile(rf"/unsubscribe/([\w-]{{20,{LONGEST}}})/")
_LEAVING = re.compile(rf"(?is)\A\s*unsubscribe\s+([\w\s-]{{20,{LONGEST + 40}}})\Z")
_COMPLAINTS = {b"abuse": Reason.COMPLAINED, b"fraud": Reason.COMPLAINED, b"opt-out": Reason.UNSUBSCRIBED}


def take_returned(arrived: Sequence[tuple[MailMessage, Reading]], *, now: datetime) -> None:
    """Take all of these that say something of a mailing; the same mail again changes nothing."""
    for message, reading in arrived:
        take = _taker(reading)
        if take is None:
            continue
        try:
            with transaction.atomic():
                take(reading, now)
        except (DatabaseError, ValueError) as error:
            log.warning("mailing.return.refused", message_id=message.pk, error=type(error).__name__)


def _taker(reading: Reading) -> Callable[[Reading, datetime], None] | None:
    if _LEAVING.match(reading.subject):
        return _take_leaving
    kind = report_kind(reading.parsed)
    if kind == "feedback":
        return _take_complaint
    return _take_bounce if kind == "delivery" or reading.automatic == "bounce" else None


def _take_leaving(reading: Reading, now: datetime) -> None:
    """The address of List-Unsubscribe's mailto was written to (RFC 2369, section 3.2)."""
    found = _LEAVING.match(reading.subject)
    letter = letter_of("".join(found[1].split())) if found else None
    if letter:
        leave(addresses=[letter.address], scope=letter.scope, reason=Reason.UNSUBSCRIBED, origin=letter.origin, now=now)


def _take_complaint(reading: Reading, now: datetime) -> None:
    reason = next(
        (
            _COMPLAINTS.get(found[1].lower())
            for report in reading.parsed.reports
            if report.content_type.endswith("feedback-report") and (found := _TYPE.search(report.content[:_HEADER]))
        ),
        None,
    )
    if reason is None:
        return
    for letter in _letters(reading):
        leave(addresses=[letter.address], reason=reason, origin=letter.origin, now=now)
        mailing_returned.send(sender=None, kind=reason, address=letter.address, origin=letter.origin, now=now)


def _take_bounce(reading: Reading, now: datetime) -> None:
    reports = [each for each in read_bounces(reading.parsed) if each.is_permanent and each.action in ("failed", "")]
    sent = {mail.message_id.strip("<>"): mail for mail in _mailings({each.original_message_id for each in reports})}
    for report in reports:
        mail = sent.get(report.original_message_id)
        if mail is not None and fold(report.recipient) == mail.addressee:
            mark_bounced(addresses={mail.addressee, mail.recipients[0]}, now=now)
            mailing_returned.send(
                sender=None, kind=Reason.BOUNCED, address=mail.addressee, origin="", mail=mail, now=now
            )


def _letters(reading: Reading) -> list[Letter]:
    """Whom the mail complained about had gone to: by its token, by its Message-ID, or as a mail to one person alone."""
    parts = [*reading.parsed.enclosed, *(report.content for report in reading.parsed.reports)]
    words = "".join("".join(part[:_HEADER].decode("ascii", "replace").split()) + " " for part in parts)
    by_token = [letter for token in _TOKEN.findall(words) if (letter := letter_of(token))]
    if by_token:
        return by_token[:1]
    original = original_message_id(reading.parsed)
    by_id = [Letter(mail.addressee, mail.scope) for mail in _mailings({original})]
    return by_id or _written_to({original})


def _mailings(message_ids: Iterable[str]) -> list[OutgoingMail]:
    ids = [form for each in message_ids if each for form in (each, f"<{each}>")]
    return list(OutgoingMail.objects.filter(message_id__in=ids).exclude(scope="").defer("raw").order_by("pk"))


def _written_to(message_ids: set[str]) -> list[Letter]:
    """The recipient of a mail of ours that was written to nobody else, who could complain in their name."""
    sent = MailMessage.objects.filter(message_id__in=message_ids - {""}, is_outgoing=True).first()
    if sent is None:
        return []
    roles = [MailAddress.Role.TO, MailAddress.Role.CC]
    people = {
        *MailAddress.objects.filter(message=sent, role__in=roles).values_list("address", flat=True),
        *(address for bcc in sent.copies.values_list("bcc", flat=True) for _name, address in bcc),
    }
    return [Letter(fold(each), "") for each in people] if len(people) == 1 else []
