"""What became of a campaign's mails: told by the outbox, by answers and by what came back."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import structlog
from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.batch import array_of, texts_of
from apps.core.mail import site_connection
from apps.core.models import OutgoingMail
from apps.crm.models import CampaignRecipient
from apps.messaging.failures import words_for
from apps.messaging.services.settling import account_line

if TYPE_CHECKING:
    from apps.messaging.models import MailMessage
    from apps.messaging.services.intake import Reading

log = structlog.get_logger(__name__)

State = CampaignRecipient.State
_STATES = {
    OutgoingMail.State.ACCEPTED: State.SENT,
    OutgoingMail.State.FAILED: State.FAILED,
    OutgoingMail.State.WITHHELD: State.WITHHELD,
    OutgoingMail.State.UNCERTAIN: State.UNCERTAIN,
}
_SETTLE = """
UPDATE crm_campaignrecipient r SET state = v.state, error = v.error, settled_at = %s
FROM unnest(%s::bigint[], %s::text[], %s::text[]) v (outgoing_id, state, error)
WHERE r.outgoing_id = v.outgoing_id AND r.state IN ('made', 'uncertain', 'failed')
"""


def campaign_line(mail: OutgoingMail) -> smtplib.SMTP:
    """The transport of campaigns: the sender's mailbox, or the house's own server. Raises smtplib's errors, OSError."""
    return account_line(mail) if mail.line else site_connection(mail)


def settle(mails: Sequence[OutgoingMail]) -> None:
    """Told by the outbox, in the transaction that settles `mails`; tests have no rows here."""
    states = [_STATES[OutgoingMail.State(mail.state)].value for mail in mails]
    errors = [_error(mail, state) for mail, state in zip(mails, states, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, [clock.now(), array_of(mail.pk for mail in mails), texts_of(states), texts_of(errors)])


def note_answers(arrived: Sequence[tuple[MailMessage, Reading]]) -> None:
    """Mail from outside that refers to one of a campaign's, and that a person wrote."""
    try:
        with transaction.atomic():
            _note_answered(arrived)
    except DatabaseError as error:  # the mail itself is stored in any case
        log.warning("campaign.answers.refused", error=type(error).__name__)


def _note_answered(arrived: Sequence[tuple[MailMessage, Reading]]) -> None:
    referring = {
        each: message
        for message, reading in arrived
        if reading.references and not message.automatic
        for each in reading.references
    }
    sent = CampaignRecipient.objects.filter(message_id__in=referring, answered_at__isnull=True)
    for recipient in sent.order_by("pk") if referring else ():
        message = referring[recipient.message_id]
        CampaignRecipient.objects.filter(pk=recipient.pk, answered_at__isnull=True).update(
            answered_at=message.happened_at, answer=message
        )


def note_returned(mail: OutgoingMail, *, now: datetime) -> None:
    """A mail of a campaign came back for good; the first time counts."""
    CampaignRecipient.objects.filter(outgoing=mail, returned_at__isnull=True).update(returned_at=now)


def _error(mail: OutgoingMail, state: str) -> str:
    if state == State.SENT:
        return ""
    if state == State.WITHHELD:
        return _("This address gets no such mailings.")
    return (words_for(mail.last_error) or mail.last_error)[:300].replace("\x00", "")
