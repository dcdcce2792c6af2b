"""Mail that came back: noted on the message, on the address, and told to its author."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from apps.activities.models import Notice
from apps.activities.services.telling import News, tell
from apps.contacts.services.bouncing import mark_bounced
from apps.messaging.mime.bounces import Bounce as Report
from apps.messaging.mime.bounces import read_bounces
from apps.messaging.models import Bounce, Draft, MailAccount, MailAddress, MailMessage
from apps.messaging.services.intake import Reading, fit

VERB = "mail.bounced"
State = MailMessage.State


def take_bounces(account: MailAccount, message: MailMessage, reading: Reading, *, now: datetime) -> None:
    """Take a delivery report (RFC 3464) for what this mailbox sent.

    A report of a mail that the mailbox didn't send, or of somebody it wasn't sent to, counts nothing: it is forged or
    none of ours.
    """
    reports = read_bounces(reading.parsed)
    if not reports:
        return
    ids = {report.original_message_id for report in reports if report.original_message_id}
    sent = MailMessage.objects.filter(message_id__in=ids, is_outgoing=True, copies__account=account).distinct()
    for original in sent.order_by("pk"):
        own = [report for report in reports if report.original_message_id == original.message_id]
        _note(original, message, _reached(original, account, own), now)


def _reached(original: MailMessage, account: MailAccount, reports: Sequence[Report]) -> list[Report]:
    """Those about a recipient of ours; a Bcc stands on our own copy alone."""
    named = set(MailAddress.objects.filter(message=original).values_list("address", flat=True))
    for bcc in original.copies.filter(account=account).values_list("bcc", flat=True):
        named |= {str(address).lower() for _name, address in bcc}
    return [report for report in reports if report.recipient.lower() in named]


def _note(original: MailMessage, report: MailMessage, bounces: Sequence[Report], now: datetime) -> None:
    failed = [each for each in bounces if each.action in ("failed", "")]
    if not failed:
        return
    rows = [
        Bounce(
            message=original,
            report=report,
            recipient=fit(each.recipient.lower(), 320),
            is_permanent=each.is_permanent,
            status=fit(each.status, 20),
            diagnostic=fit(each.diagnostic, 2000),
            happened_at=report.happened_at,
        )
        for each in failed
    ]
    Bounce.objects.bulk_create(rows, ignore_conflicts=True)
    gone = {row.recipient for row in rows if row.is_permanent}
    if gone:
        MailMessage.objects.filter(pk=original.pk, state__in=[State.SENT, State.UNCERTAIN, State.QUEUED]).update(
            state=State.BOUNCED
        )
        mark_bounced(addresses=gone, now=now)
    _tell_author(original, gone, now)


def _tell_author(original: MailMessage, gone: Collection[str], now: datetime) -> None:
    """The notice leads to the mail's entry in the history; without one it is seen on the mail alone."""
    author = Draft.objects.filter(sent=original).values_list("author", flat=True).first()
    owners = original.copies.filter(account__address=original.sender_address).values_list("account__owner", flat=True)
    user_id = author or next((pk for pk in owners if pk is not None), None)
    if gone and user_id is not None and original.activity_id is not None:
        tell([News(user_id, Notice.Event.MAIL, VERB, activity_id=original.activity_id)], actor_id=None, now=now)
