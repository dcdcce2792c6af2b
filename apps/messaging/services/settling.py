"""What became of an envelope, on its message: accepted, refused, uncertain; and what its author makes of the latter."""

from __future__ import annotations

import smtplib
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.core import clock, secrets
from apps.core.models import OutgoingMail
from apps.core.refusals import Refused
from apps.core.services import outbox
from apps.messaging.models import Draft, MailAccount, MailCopy, MailMessage
from apps.messaging.services.announcing import announce_mail
from apps.messaging.services.connections import open_smtp
from apps.messaging.services.verdicts import tell_authors

if TYPE_CHECKING:
    from apps.accounts.models import User

State = MailMessage.State
_STATES = {
    OutgoingMail.State.ACCEPTED: State.SENT,
    OutgoingMail.State.FAILED: State.FAILED,
    OutgoingMail.State.WITHHELD: State.FAILED,
    OutgoingMail.State.UNCERTAIN: State.UNCERTAIN,
}
_MARK = """
UPDATE messaging_mailmessage SET state = CASE state WHEN 'bounced' THEN state ELSE %s END
WHERE outgoing_id = ANY(%s) RETURNING id, outgoing_id, thread_id
"""


class NotUncertain(Refused):
    """It is known already what became of it."""

    def __init__(self) -> None:
        super().__init__(_("It is known by now what became of this mail."))


def account_line(mail: OutgoingMail) -> smtplib.SMTP:
    """The transport "account": the SMTP server of the sender's mailbox. Raises MailServerProblem (an OSError)."""
    account = MailAccount.objects.filter(pk=int(mail.line)).first()
    if account is None or not account.can_send:
        raise smtplib.SMTPException(_("The mailbox is no longer used."))
    try:
        return open_smtp(account)
    except secrets.Undecryptable as error:
        raise smtplib.SMTPException(str(error)) from error


def settle(mails: Sequence[OutgoingMail]) -> None:
    """Told by the outbox, in the transaction that settles `mails`; in as few statements as it goes."""
    by_state: dict[str, dict[int, int]] = {}
    for mail in mails:
        by_state.setdefault(_STATES[OutgoingMail.State(mail.state)], {})[mail.pk] = int(mail.line)
    news: list[tuple[int, int]] = []
    for state, lines in by_state.items():
        rows = _mark(list(lines), state)
        ids = [message for message, _outgoing, _thread in rows]
        if state == State.SENT:
            have_left(ids, set(lines.values()))
        else:
            tell_authors(ids, state, now=clock.now())
        news += [(lines[outgoing], thread) for _message, outgoing, thread in rows]
    announce_mail(news)


def _mark(envelope_ids: list[int], state: str) -> list[tuple[int, int, int]]:
    """Set the state of the envelopes' messages; their (id, envelope, thread). What came back stays so."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK, [state, envelope_ids])
        return list(cursor.fetchall())


@transaction.atomic
def send_again(*, actor: User, message: MailMessage, now: datetime) -> None:
    """Queue once more what failed, or may not have arrived; under its old id, so that servers may know it again.

    Raises PermissionDenied, NotUncertain.
    """
    held = _mine(actor, message)
    # The envelope's row is locked before the message's, as by the worker that settles it.
    if held.outgoing is None or not outbox.send_again(held.outgoing, now=now):
        raise NotUncertain
    MailMessage.objects.filter(pk=held.pk).update(state=State.QUEUED)
    announce_mail([(_account_of(held), held.thread_id)])


@transaction.atomic
def confirm_arrived(*, actor: User, message: MailMessage, now: datetime) -> None:
    """The author knows that an uncertain mail is there. Raises PermissionDenied, NotUncertain."""
    held = _mine(actor, message)
    if not MailMessage.objects.filter(pk=held.pk, state=State.UNCERTAIN).update(state=State.SENT):
        raise NotUncertain
    account_id = _account_of(held)
    have_left([held.pk], [account_id])
    announce_mail([(account_id, held.thread_id)])


def _account_of(message: MailMessage) -> int:
    return message.copies.order_by("pk")[0].account_id


def _mine(actor: User, message: MailMessage) -> MailMessage:
    held = MailMessage.objects.select_related("outgoing").get(pk=message.pk)
    mine = MailAccount.objects.visible_to(actor)
    if not held.is_outgoing or not held.copies.filter(account__in=mine).exists():
        raise PermissionDenied
    return held


def have_left(message_ids: Collection[int], account_ids: Collection[int]) -> None:
    """The Sent folder wants its copy, where the provider doesn't put one there; what they answer is answered."""
    keepers = MailAccount.objects.filter(pk__in=account_ids, keeps_sent=True, closed_at=None).exclude(imap_host="")
    MailCopy.objects.filter(message__in=message_ids, account__in=keepers, folder=None).update(is_dirty=True)
    drafts = Draft.objects.filter(sent__in=message_ids, reply_to__isnull=False, is_forward=False)
    replied = [Q(account=account, message=answered) for account, answered in drafts.values_list("account", "reply_to")]
    if replied:
        answers = MailCopy.objects.filter(reduce(or_, replied), is_answered=False)
        answers.update(is_answered=True, is_dirty=True)
