"""One mail each to many: frozen when it is begun, sent at a pace, paused, resumed, stopped."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.contacts.models import EmailAddress
from apps.core.jobs import nudge
from apps.core.models import Operation
from apps.core.services.operations.progress import announce
from apps.messaging.models import Draft, MailMerge, MergeRecipient
from apps.messaging.selectors.sending import sending_accounts
from apps.messaging.services.bodies import is_empty
from apps.messaging.services.drafts import Beginning, begin_draft
from apps.messaging.services.merge_mails import send_one

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.contacts.models.entities import EntityQuerySet
    from apps.messaging.models.merges import MailMergeQuerySet

log = structlog.get_logger(__name__)

VERB = "mails.merged"
MOST = 10_000
_MINUTE = timedelta(minutes=1)
# No worker holds a merge's operation: its heart never stops, so that nobody takes it for orphaned.
_ALWAYS = datetime(9999, 1, 1, tzinfo=UTC)
State = MailMerge.State


@transaction.atomic
def begin_merge(*, actor: User, entities: EntityQuerySet, now: datetime) -> MailMerge:
    """A draft to all of these contacts that `actor` sees and mail reaches; whom it leaves out is written down.

    Raises ValidationError where they are too many, or none can be reached.
    """
    found = list(entities.exclude(primary_email="").order_by("sort_name", "pk")[: MOST + 1])
    if len(found) > MOST:
        words = _("At most %(limit)s contacts can be written to at once. Narrow the list first.")
        raise ValidationError(words % {"limit": MOST})
    if not found:
        raise ValidationError(_("None of these contacts has an e-mail address."))
    draft = begin_draft(actor=actor, wanted=Beginning(), now=now)
    merge = MailMerge.objects.create(author=actor, draft=draft, state=State.PAUSED, created_at=now)
    reasons = reasons_against({entity.primary_email.lower() for entity in found})
    rows: dict[str, MergeRecipient] = {}
    for entity in found:
        address = entity.primary_email.lower()
        reason = reasons.get(address, "")
        row = MergeRecipient(merge=merge, entity=entity, name=entity.display_name[:320], address=address, error=reason)
        row.done_at = now if reason else None
        rows.setdefault(address, row)
    MergeRecipient.objects.bulk_create(rows.values(), batch_size=1000)
    return merge


def reasons_against(addresses: set[str]) -> dict[str, str]:
    """By address, why no mailing goes there: their owner doesn't want any, or it came back."""
    reasons = {}
    rows = EmailAddress.objects.filter(address__in=addresses).values_list("address", "opted_out_at", "bounced_at")
    for address, opted_out_at, bounced_at in rows:
        if opted_out_at is not None:
            reasons[address.lower()] = _("Left out: wants no mailings.")
        elif bounced_at is not None:
            reasons.setdefault(address.lower(), _("Left out: mail to this address came back."))
    return reasons


@transaction.atomic
def start_merge(*, actor: User, merge: MailMerge, per_minute: int, now: datetime) -> MailMerge:
    """Begin to send; begun already: nothing happens. Raises PermissionDenied, ValidationError by the draft's fields."""
    held = _held(actor, merge)
    if held.operation_id is not None:
        return held
    if not sending_accounts(actor).filter(pk=held.draft.account_id or 0).exists():
        raise ValidationError({"account": _("Choose a mailbox that you may send from.")})
    if is_empty(held.draft.body):
        raise ValidationError({"body": _("Write a few words first.")})
    waiting = held.recipients.filter(done_at=None).count()
    held.operation = Operation.objects.create(
        actor=actor,
        verb=VERB,
        state=Operation.State.RUNNING,
        total=waiting,
        parameters={"merge": held.pk},
        created_at=now,
        started_at=now,
        heartbeat_at=_ALWAYS,
    )
    held.state, held.per_minute = State.RUNNING, min(max(per_minute, 1), 600)
    held.save(update_fields=["operation", "state", "per_minute"])
    wake()
    return held


@transaction.atomic
def pause_merge(*, actor: User, merge: MailMerge) -> None:
    """Send no more until it is resumed; what is on its way stays there."""
    held = _held(actor, merge)
    if held.state == State.RUNNING:
        held.state = State.PAUSED
        held.save(update_fields=["state"])


@transaction.atomic
def resume_merge(*, actor: User, merge: MailMerge) -> None:
    held = _held(actor, merge)
    if held.state == State.PAUSED and held.operation_id is not None:
        held.state = State.RUNNING
        held.save(update_fields=["state"])
        wake()


@transaction.atomic
def stop_merge(*, actor: User, merge: MailMerge, now: datetime) -> None:
    """For good: those who had nothing yet get nothing."""
    held = _held(actor, merge)
    if held.state != State.DONE:
        _finish(held, Operation.State.CANCELLED, now)


def send_due(*, now: datetime) -> int:
    """Send what each merge may send by now; return how many mails. A merge is in one worker's hands at a time."""
    return sum(_guarded(pk, now) for pk in list(_running().values_list("pk", flat=True)))


def _guarded(merge_id: int, now: datetime) -> int:
    """What goes wrong with one merge holds up none of the others; it is tried again at the next round."""
    try:
        return _send_portion(merge_id, now)
    except Exception:
        log.exception("mail.merge.failed", merge_id=merge_id)
        return 0


def _send_portion(merge_id: int, now: datetime) -> int:
    """At its pace: in any minute at most `per_minute`. Each mail commits alone, with its recipient's row."""
    sent = 0
    while True:
        with transaction.atomic():
            merge = _running().filter(pk=merge_id).select_for_update(skip_locked=True, of=["self"]).first()
            if merge is None or merge.operation is None:
                return sent
            if merge.operation.cancel_requested_at is not None:
                _finish(merge, Operation.State.CANCELLED, now)
                return sent
            if merge.recipients.filter(message__isnull=False, done_at__gt=now - _MINUTE).count() >= merge.per_minute:
                return sent
            recipient = merge.recipients.filter(done_at=None).order_by("pk").first()
            if recipient is None:
                _finish(merge, Operation.State.DONE, now)
                return sent
            reason = reasons_against({recipient.address}).get(recipient.address, "")
            send_one(merge, recipient, reason=reason, now=now)
            sent += 1
            _count(merge)


def wake() -> None:
    """Once the transaction has committed; without a broker the beat finds it."""
    from apps.messaging import jobs

    transaction.on_commit(functools.partial(nudge, jobs.send_merges))


def _running() -> MailMergeQuerySet:
    return MailMerge.objects.filter(state=State.RUNNING).select_related("draft", "operation", "author").order_by("pk")


def _held(actor: User, merge: MailMerge) -> MailMerge:
    held = MailMerge.objects.select_for_update(of=["self"]).select_related("draft", "operation").get(pk=merge.pk)
    if held.author_id != actor.pk:
        raise PermissionDenied
    return held


def _count(merge: MailMerge) -> None:
    if merge.operation is None:
        return
    done = (merge.operation.total or 0) - merge.recipients.filter(done_at=None).count()
    Operation.objects.filter(pk=merge.operation.pk).update(done=done)
    merge.operation.done = done
    announce(merge.operation, state=merge.operation.state, done=done, total=merge.operation.total, message="")


def _finish(merge: MailMerge, state: Operation.State, now: datetime) -> None:
    merge.state = State.DONE
    merge.save(update_fields=["state"])
    Draft.objects.filter(pk=merge.draft_id).update(discarded_at=now)
    if merge.operation is None:
        return
    operation = Operation.objects.filter(pk=merge.operation.pk)
    operation.update(state=state, finished_at=now, heartbeat_at=now)
    row = operation.get()
    announce(row, state=state, done=row.done, total=row.total, message="")
