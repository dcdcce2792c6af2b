"""Read receipts (RFC 8098) of mail that was sent from here."""

from __future__ import annotations

import re
from datetime import datetime

from apps.messaging.models import MailAccount, MailAddress, MailMessage
from apps.messaging.services.intake import Reading

_ORIGINAL = re.compile(rb"(?im)^original-message-id:\s*<?([^<>\s]+)>?")
_SHOWN = re.compile(rb"(?im)^disposition:[^;\n]*;\s*displayed")


def take_receipt(account: MailAccount, message: MailMessage, reading: Reading, *, now: datetime) -> None:
    """Note when a mail of this mailbox was first opened, if one of its recipients says so."""
    for report in reading.parsed.reports:
        original = _ORIGINAL.search(report.content)
        if report.content_type != "message/disposition-notification" or not original:
            continue
        if not _SHOWN.search(report.content):
            continue  # deleted or refused unread
        sent = MailMessage.objects.filter(
            message_id=original[1].decode("ascii", "replace"), is_outgoing=True, copies__account=account
        )
        for mail in sent.distinct():
            if MailAddress.objects.filter(message=mail, address=message.sender_address).exists():
                MailMessage.objects.filter(pk=mail.pk, opened_at__isnull=True).update(opened_at=message.happened_at)
