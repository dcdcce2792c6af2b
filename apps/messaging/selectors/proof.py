"""What can be proved of a mail that was sent: queued, accepted by which server with which answer, bounced, opened."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef

from apps.core.models import OutgoingMail
from apps.messaging.failures import words_for
from apps.messaging.models import Bounce, MailCopy, MailMessage

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.messaging.models.mail import MailMessageQuerySet

State = MailMessage.State


@dataclass(frozen=True, slots=True)
class Returned:
    """A recipient that it did not reach; `answer` is the server's own words, `words` ours."""

    recipient: str
    is_permanent: bool
    happened_at: datetime
    answer: str
    words: str


@dataclass(frozen=True, slots=True)
class Proof:
    """One mail's way. `answer` is what the server said last, `words` a sentence on it where it failed."""

    message: MailMessage
    state: str
    recipients: list[str]
    queued_at: datetime
    leaves_at: datetime | None  # while it waits for its time
    attempts: int = 0
    accepted_at: datetime | None = None
    server: str = ""
    answer: str = ""
    words: str = ""
    bounces: list[Returned] = field(default_factory=list)
    opened_at: datetime | None = None

    @property
    def may_ask_again(self) -> bool:
        """Its author decides: send once more?"""
        return self.state in (State.UNCERTAIN, State.FAILED) and self.message.outgoing_id is not None


def read_by_sender(user: User, message_ids: Collection[int]) -> set[int]:
    """Those of the messages that `user` reads in the mailbox that wrote them, not only as one of their recipients."""
    copies = MailCopy.objects.visible_to(user).filter(message__in=message_ids)
    return set(copies.filter(account__address=F("message__sender_address")).values_list("message_id", flat=True))


def proof_of(message: MailMessage) -> Proof:
    """For a message that the reader may see; one of ours."""
    return _proof(message)


def proofs_of_record(
    user: User, context_type: str, record_ids: Collection[int], *, limit: int = 50
) -> dict[int, list[Proof]]:
    """The mails sent from each of these records ("contacts.entity") that `user` may read, the newest first."""
    found = _sent(user).filter(context_type=context_type, context_id__in=record_ids)
    proofs: dict[int, list[Proof]] = {}
    for message in found.order_by("-happened_at", "-pk")[:limit]:
        proofs.setdefault(message.context_id or 0, []).append(_proof(message))
    return proofs


def sent_for(user: User) -> MailMessageQuerySet:
    """Sent mail whose proof is the user's to see."""
    copies = MailCopy.objects.visible_to(user).filter(account__address=F("message__sender_address"))
    return MailMessage.objects.filter(Exists(copies.filter(message=OuterRef("pk"))), is_outgoing=True)


def _sent(user: User) -> MailMessageQuerySet:
    return sent_for(user).select_related("outgoing").prefetch_related("bounces", "addresses").defer("text")


def _proof(message: MailMessage) -> Proof:
    envelope = message.outgoing
    waits = message.state in (State.PREPARING, State.QUEUED)
    has_left = envelope is not None and envelope.state == OutgoingMail.State.ACCEPTED
    failed = message.state in (State.FAILED, State.BOUNCED) and envelope is not None
    return Proof(
        message=message,
        state=message.state,
        recipients=_recipients(message, envelope),
        queued_at=message.created_at,
        leaves_at=envelope.not_before if waits and envelope is not None else None,
        attempts=envelope.attempts if envelope is not None else 0,
        accepted_at=envelope.finished_at if has_left and envelope is not None else None,
        server=envelope.server if envelope is not None else "",
        answer=envelope.last_error if envelope is not None else "",
        words=words_for(envelope.last_error) if failed and envelope is not None else "",
        bounces=[_returned(each) for each in sorted(message.bounces.all(), key=lambda each: each.happened_at)],
        opened_at=message.opened_at,
    )


def _recipients(message: MailMessage, envelope: OutgoingMail | None) -> list[str]:
    if envelope is not None:
        return list(envelope.recipients)
    return [each.address for each in message.addresses.all() if each.role in ("to", "cc")]


def _returned(bounce: Bounce) -> Returned:
    answer = f"{bounce.status} {bounce.diagnostic}".strip()
    return Returned(bounce.recipient, bounce.is_permanent, bounce.happened_at, answer, words_for(answer))
