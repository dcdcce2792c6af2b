"""Sequences as their pages show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from apps.core.models import OutgoingMail
from apps.crm.models import SequenceMail
from apps.messaging.models import MailMessage, Withheld

if TYPE_CHECKING:
    from apps.crm.models.sequences import EnrolmentQuerySet

_SITE = {
    OutgoingMail.State.QUEUED: MailMessage.State.QUEUED,
    OutgoingMail.State.SENDING: MailMessage.State.QUEUED,
    OutgoingMail.State.ACCEPTED: MailMessage.State.SENT,
    OutgoingMail.State.UNCERTAIN: MailMessage.State.UNCERTAIN,
}


def with_mails(rows: EnrolmentQuerySet) -> EnrolmentQuerySet:
    """With what became of their mail steps, as `mails_in_order`."""
    mails = SequenceMail.objects.select_related("message", "outgoing").order_by("step")
    return rows.prefetch_related(Prefetch("mails", mails, to_attr="mails_in_order"))


def mail_state(mail: SequenceMail) -> str:
    """In words: sent, queued, came back, or why it was withheld; of a mail with its message and envelope."""
    if mail.withheld:
        why = mail.get_withheld_display()
        return f"{why}: {mail.words}" if mail.words else why
    if mail.outgoing is not None and mail.outgoing.state == OutgoingMail.State.WITHHELD:
        return str(Withheld.UNSUBSCRIBED.label)  # between the step and its leaving
    if mail.message is not None:
        return mail.message.get_state_display()
    if mail.outgoing is None:
        return _("It was taken back")
    return str(_SITE.get(OutgoingMail.State(mail.outgoing.state), MailMessage.State.FAILED).label)
