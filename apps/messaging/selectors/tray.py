"""The tray of unknown senders: who waits, and what was made today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from apps.contacts.models import Entity
from apps.messaging.domains import domain_of, is_free_mail
from apps.messaging.models import BlockedSender, MailAccount, MailMessage, UnknownSender

if TYPE_CHECKING:
    from apps.accounts.models import User

PAGE = 50
State = UnknownSender.State


@dataclass(frozen=True, slots=True)
class SenderRow:
    """One sender as the tray shows it. `domain` is "" where it belongs to everybody's mail."""

    id: int
    address: str
    name: str
    job: str
    phones: tuple[str, ...]
    domain: str
    subject: str
    snippet: str
    thread_id: int | None
    at: datetime
    mailbox: str
    entity_id: int | None


@dataclass(frozen=True, slots=True)
class Tray:
    waiting: list[SenderRow]
    waiting_count: int
    made: list[SenderRow]
    blocked: list[BlockedSender]


def tray_of(user: User, *, since: datetime) -> Tray:
    """What waits in the user's mailboxes, the newest first, and what was made in them since then."""
    mine = UnknownSender.objects.visible_to(user).select_related("message", "account").order_by("-created_at", "-pk")
    waiting = mine.filter(state=State.WAITING)
    seen = Entity.objects.visible_to(user).live()
    made = list(mine.filter(state=State.MADE, decided_at__gte=since, entity__in=seen.values("pk"))[:PAGE])
    shown = list(waiting[:PAGE])
    accounts = MailAccount.objects.visible_to(user)
    several = accounts.count() > 1
    readable = set(
        MailMessage.objects.visible_to(user)
        .filter(pk__in=[row.message_id for row in (*shown, *made) if row.message_id])
        .values_list("pk", flat=True)
    )
    count = len(shown) if len(shown) < PAGE else waiting.count()
    blocked = BlockedSender.objects.visible_to(user).filter(account__isnull=False).order_by("pattern", "pk")
    return Tray(
        [_row(row, several, readable) for row in shown],
        count,
        [_row(row, several, readable) for row in made],
        list(blocked.select_related("account")),
    )


def _row(sender: UnknownSender, several: bool, readable: set[int]) -> SenderRow:
    told: dict[str, Any] = sender.suggestion
    name = " ".join(filter(None, (told.get("first_name"), told.get("last_name"))))
    message = sender.message if sender.message_id in readable else None
    domain = domain_of(sender.address)
    firm = told.get("organisation") or ""
    return SenderRow(
        id=sender.pk,
        address=sender.address,
        name=name or firm or sender.address,
        job=", ".join(filter(None, (told.get("job_title"), firm if name else ""))),
        phones=tuple(told.get("phones") or ()),
        domain="" if is_free_mail(domain) else domain,
        subject=message.subject if message else "",
        snippet=message.snippet if message else "",
        thread_id=message.thread_id if message else None,
        at=sender.created_at,
        mailbox=str(sender.account) if several else "",
        entity_id=sender.entity_id,
    )
