"""Mailboxes as their pages show them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.core.models import Operation
from apps.messaging.models import MailAccount, MailFolder
from apps.messaging.permissions import can_change_account, can_share_accounts

if TYPE_CHECKING:
    from apps.accounts.models import User

WORK = ("mail.synced", "mail.measured", "mail.missing_fetched")  # as `services.syncing` and `meter` begin it


@dataclass(frozen=True, slots=True)
class State:
    """How a mailbox is, in a badge: text, colour, icon."""

    text: str
    colour: str
    icon: str


@dataclass(frozen=True, slots=True)
class AccountRow:
    account: MailAccount
    state: State
    can_change: bool
    can_fetch: bool
    readers: list[str] = field(default_factory=list)  # of a shared one: people, and the team


@dataclass(frozen=True, slots=True)
class FolderRow:
    """A folder and how much of it is here; `percent` is None until it was compared with the server."""

    folder: MailFolder
    here: int | None
    missing: int
    percent: float | None


def managed_accounts(user: User) -> QuerySet[MailAccount]:
    """Those whose settings `user` may change: their own and, for administrators and managers, the shared ones."""
    own = Q(owner=user.pk)
    return MailAccount.objects.filter(own | Q(owner__isnull=True) if can_share_accounts(user) else own)


def known_accounts(user: User) -> QuerySet[MailAccount]:
    """Those that `user` reads or manages; of nobody else's own they learn."""
    read = MailAccount.objects.visible_to(user).values("pk")
    return MailAccount.objects.filter(Q(pk__in=read) | Q(pk__in=managed_accounts(user).values("pk")))


def account_rows(user: User) -> list[AccountRow]:
    """The mailboxes that `user` knows of: their own first, closed ones last."""
    found = known_accounts(user).select_related("owner", "team").prefetch_related("members")
    mine = set(MailAccount.objects.visible_to(user).values_list("pk", flat=True))
    rows = sorted(found, key=lambda each: (each.closed_at is not None, each.is_shared, each.address))
    return [row_of(each, user, reads=each.pk in mine) for each in rows]


def row_of(account: MailAccount, user: User, *, reads: bool) -> AccountRow:
    readers = [str(member) for member in account.members.all()] if account.is_shared else []
    if account.team:
        readers.append(_("team %(team)s") % {"team": account.team.name})
    can_change = can_change_account(user, account)
    return AccountRow(account, state_of(account), can_change, account.can_receive and reads, readers)


def state_of(account: MailAccount) -> State:
    if account.closed_at:
        return State(_("Closed"), "", "archive")
    if account.auth != MailAccount.Auth.PASSWORD and not account.refresh_token:
        return State(_("Sign in"), "orange", "login")
    if account.failing_since:
        return State(_("Failing"), "red", "alert-triangle")
    if not account.imap_host:
        return State(_("Only sends"), "", "send")
    if not account.synced_at:
        return State(pgettext("mailbox", "New"), "blue", "clock")
    return State(_("Up to date"), "green", "check")


def folder_rows(account: MailAccount) -> list[FolderRow]:
    """The folders of the server, inbox first, with the figures of the completeness meter."""
    order = list(MailFolder.Role.values)
    rows = []
    for folder in sorted(account.folders.all(), key=lambda each: (order.index(each.role), each.name)):
        total, missing = folder.meter_total, folder.meter_missing_count
        here = max(total - missing, 0) if total is not None else None
        # Rounded down: one that lacks a single message isn't complete.
        percent = None if here is None else 100 if not total else here * 1000 // total / 10
        rows.append(FolderRow(folder, here, missing, percent))
    return rows


def running_work(account: MailAccount, user: User) -> Operation | None:
    """The user's own fetching or comparing of this mailbox that is under way."""
    found: Any = Operation.objects.of(user).unfinished().filter(verb__in=WORK, parameters__account_id=account.pk)
    latest: Operation | None = found.order_by("-pk").first()
    return latest
