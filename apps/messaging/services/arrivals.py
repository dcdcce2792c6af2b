"""What follows from mail that came into a mailbox: strangers, the history, answers, bounces, and word to its people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction

from apps.messaging.models import MailAccount, MailCopy, MailFolder, MailMessage
from apps.messaging.services.announcing import announce_mail
from apps.messaging.services.bouncing import take_bounces
from apps.messaging.services.filing import file_messages
from apps.messaging.services.intake import Reading
from apps.messaging.services.invitations import take_answers
from apps.messaging.services.message_rows import is_ours
from apps.messaging.services.receipts import take_receipt
from apps.messaging.services.strangers import meet_strangers
from apps.messaging.services.voicemail_mails import take_voicemail
from apps.messaging.signals import mails_arrived

log = structlog.get_logger(__name__)

Arrived = tuple[MailMessage, MailCopy, Reading]


def take(account: MailAccount, arrived: Sequence[Arrived], *, now: datetime) -> None:
    """Do all that follows, within the transaction that stores it; what lies aside waits until it is taken out of there.

    What can't be understood in a mail is left alone: the mail itself is stored in any case.
    """
    heard = [row for row in arrived if row[1].deleted_at is None]
    common = [row for row in heard if row[1].folder is None or row[1].folder.role not in MailFolder.ASIDE]
    # A colleague's mail is sent from one mailbox of the house and comes into another one.
    incoming = [(message, reading) for message, copy, reading in common if not is_ours(account, reading, copy.folder)]
    meet_strangers(account, incoming, now=now)
    file_messages([message for message, _copy, _reading in common], now=now)
    for message, reading in incoming:
        _understand(account, message, reading, now)
    if incoming:
        mails_arrived.send(sender=MailMessage, arrived=incoming, now=now)
    announce_mail([(account.pk, message.thread_id) for message, _copy, _reading in heard])


def _understand(account: MailAccount, message: MailMessage, reading: Reading, now: datetime) -> None:
    parsed = reading.parsed
    if not (parsed.calendar or parsed.reports or reading.automatic == "bounce" or account.voicemail_sender):
        return
    for take_it in (take_answers, take_bounces, take_receipt, take_voicemail):
        try:
            with transaction.atomic():
                take_it(account, message, reading, now=now)
        except (DatabaseError, PermissionDenied, ValidationError, ValueError) as error:
            log.warning("mail.part.refused", message_id=message.pk, part=take_it.__name__, error=type(error).__name__)
