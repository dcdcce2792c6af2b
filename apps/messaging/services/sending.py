"""A draft becomes a message on its way: message, copy, envelope and entry in one transaction; ten seconds to undo."""

from __future__ import annotations

import functools
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.jobs import nudge
from apps.core.refusals import Refused
from apps.core.services.outbox import Envelope, queue_envelope, take_back
from apps.messaging.models import Draft, MailMessage
from apps.messaging.recipients import check_recipients, on_the_wire
from apps.messaging.selectors.sending import sending_accounts
from apps.messaging.services.announcing import announce_mail
from apps.messaging.services.composing import compose, everybody, refuse_unready
from apps.messaging.services.draft_files import settle_documents
from apps.messaging.services.filing import file_messages
from apps.messaging.services.sending_rows import add_message, fill_message, forget_message
from apps.messaging.services.thread_states import refresh_states
from apps.messaging.services.verdicts import mark_failed

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.messaging.models import MailAccount

log = structlog.get_logger(__name__)

UNDO_FOR = timedelta(seconds=10)  # what a person sends waits so long, to be taken back
TRANSPORT = "account"
# Without an envelope: its documents were still being set, could not be set, or it was taken back just now.
_NOT_GONE = (MailMessage.State.PREPARING, MailMessage.State.QUEUED, MailMessage.State.FAILED)


class TooLate(Refused):
    """The mail has left, or is leaving right now."""

    def __init__(self) -> None:
        super().__init__(_("It is too late: the mail is on its way."))


@transaction.atomic
def send_draft(
    *,
    actor: User,
    draft: Draft,
    now: datetime,
    delay: timedelta = UNDO_FOR,
    dedupe_key: str = "",
    scope: str = "",
) -> MailMessage:
    """Queue the draft's mail, to leave after `delay` or at its `send_at`; sent already: its message is returned.

    With a `scope` it is a mailing to one recipient, without documents: withheld from who wants none of these.

    While documents are still being set the message is *preparing*; it is queued when the last one is there.
    Raises PermissionDenied, ValidationError by field ("account", "to", "subject", "body", "attachments",
    "is_encrypted").
    """
    locked = Draft.objects.select_for_update().get(pk=draft.pk)
    if locked.author_id != actor.pk:
        raise PermissionDenied
    if locked.sent is not None:
        return locked.sent
    account = _account_of(locked, actor)
    check_recipients(to=locked.to, cc=locked.cc, bcc=locked.bcc, subject=locked.subject)
    is_ready = settle_documents(locked)
    refuse_unready(locked)
    leaves_at = max(locked.send_at or now, now)
    message = add_message(locked, account, leaves_at=leaves_at, now=now)
    locked.sent, locked.discarded_at = message, None
    locked.save(update_fields=["sent", "discarded_at"])
    not_before = max(leaves_at, now + delay)
    if is_ready:
        _queue(message, locked, account, not_before=not_before, now=now, dedupe_key=dedupe_key, scope=scope)
    else:
        _wait_for_documents()
    refresh_states([(account.pk, message.thread_id)], now=now)
    announce_mail([(account.pk, message.thread_id)])
    return message


@transaction.atomic
def undo_send(*, actor: User, message: MailMessage, now: datetime) -> Draft:
    """Take a mail back before it leaves and return its draft, as it was. Raises PermissionDenied, TooLate."""
    draft = Draft.objects.select_for_update().filter(sent=message.pk).first()
    if draft is None or draft.author_id != actor.pk:
        raise PermissionDenied
    if message.outgoing is not None and not take_back(message.outgoing):
        raise TooLate
    held = (
        MailMessage.objects.select_for_update(of=["self"])
        .select_related("thread", "activity", "outgoing")
        .get(pk=message.pk)
    )
    if held.outgoing is not None or held.state not in _NOT_GONE:
        raise TooLate
    copies = list(held.copies.select_related("account"))
    draft.sent, draft.modified_at = None, now
    draft.save(update_fields=["sent", "modified_at"])
    forget_message(held)
    for copy in copies:
        refresh_states([(copy.account_id, copy.thread_id)], now=now)
        announce_mail([(copy.account_id, copy.thread_id)])
    return draft


def queue_prepared(*, now: datetime) -> int:
    """Queue the messages whose documents are all there by now; return how many still wait."""
    waiting = Draft.objects.filter(sent__state=MailMessage.State.PREPARING).order_by("pk").values_list("pk", flat=True)
    left = sum(not _prepare(pk, now) for pk in list(waiting))
    if left:
        _wait_for_documents()
    return left


@transaction.atomic
def _prepare(draft_id: int, now: datetime) -> bool:
    """Whether the draft's message waits no longer: queued, or failed for a document that can't be had."""
    draft = (
        Draft.objects.select_for_update(skip_locked=True, of=["self"])
        .filter(pk=draft_id, sent__state=MailMessage.State.PREPARING)
        .select_related("author")
        .first()
    )
    if draft is None or draft.sent is None:
        return True
    if not settle_documents(draft):
        return False
    message, copy = draft.sent, draft.sent.copies.select_related("account").get()
    try:
        refuse_unready(draft)
        with transaction.atomic():
            not_before = max(message.happened_at, message.created_at + UNDO_FOR)
            _queue(message, draft, copy.account, not_before=not_before, now=now)
    except (ValidationError, OSError, ValueError) as error:  # a lost file too: those that wait behind it go on
        log.warning("mail.prepare.failed", message_id=message.pk, error=type(error).__name__)
        mark_failed(message, now=now)
    refresh_states([(copy.account_id, message.thread_id)], now=now)
    announce_mail([(copy.account_id, message.thread_id)])
    return True


def _queue(
    message: MailMessage,
    draft: Draft,
    account: MailAccount,
    *,
    not_before: datetime,
    now: datetime,
    dedupe_key: str = "",
    scope: str = "",
) -> None:
    composed = compose(draft, message, account, actor=draft.author)
    fill_message(message, composed, now=now)
    message.outgoing = queue_envelope(
        replace(envelope_of(message, composed.raw, account, everybody(draft)), scope=scope),
        now=now,
        not_before=not_before,
        dedupe_key=dedupe_key,
    )
    message.state = MailMessage.State.QUEUED
    message.save()
    file_messages([message], now=now)


def envelope_of(message: MailMessage, raw: bytes, account: MailAccount, addresses: list[str]) -> Envelope:
    """What the outbox sends: by the line of its account, so that its mails share a connection."""
    return Envelope(
        sender=on_the_wire(account.address),
        recipients=[on_the_wire(each) for each in addresses],
        message_id=f"<{message.message_id}>",
        raw=raw,
        transport=TRANSPORT,
        line=str(account.pk),
    )


def _account_of(draft: Draft, actor: User) -> MailAccount:
    account = sending_accounts(actor).filter(pk=draft.account_id or 0).first()
    if account is None:
        raise ValidationError({"account": _("Choose a mailbox that you may send from.")})
    return account


def _wait_for_documents() -> None:
    from apps.messaging import jobs

    transaction.on_commit(functools.partial(nudge, jobs.queue_prepared, in_seconds=1.0))
