"""Mailboxes: added, changed, closed and opened again by their owner; shared ones by administrators and managers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts.services.audit import record_event
from apps.contacts.permissions import can_create_in
from apps.core import secrets
from apps.core.models import Change, Operation
from apps.core.services.operations import diff, operate, record_type, snapshot
from apps.messaging.models import MailAccount, MailFolder
from apps.messaging.permissions import can_change_account, can_have_accounts, can_share_accounts
from apps.messaging.services.account_input import AccountInput, cleaned, goes_elsewhere
from apps.messaging.services.announcing import forget_mailboxes, readers_of
from apps.messaging.services.stamping import stamp_account

if TYPE_CHECKING:
    from apps.accounts.models import Team, User

_SECRETS = ("password", "refresh_token", "access_token", "access_token_expires_at")
# What no Change tells of: secrets, and what the machine notes about the server.
UNRECORDED = frozenset((*_SECRETS, "synced_at", "next_sync_at", "failures", "failing_since", "last_error"))
_FIELDS = tuple(field.name for field in fields(AccountInput) if field.name != "password")
_NO_SECRETS: dict[str, Any] = {
    **dict.fromkeys(("password", "refresh_token", "access_token"), ""),
    "access_token_expires_at": None,
}


@dataclass(frozen=True, slots=True)
class Sharers:
    """Who reads a shared mailbox: these users, and whoever is in the team."""

    members: Collection[User] = ()
    team: Team | None = None


def add_account(*, actor: User, data: AccountInput, now: datetime, shared_by: Sharers | None = None) -> MailAccount:
    """Add a mailbox of the actor's own or, with `shared_by`, a shared one.

    Raises PermissionDenied, ValidationError by field.
    """
    if not (can_have_accounts(actor) if shared_by is None else can_share_accounts(actor)):
        raise PermissionDenied
    data = cleaned(data)
    _ask(actor, data)
    _want_password(data)
    with operate(actor=actor, verb="mail_account.added", now=now, undoable=False, keep=True) as recorder:
        account = MailAccount(owner=actor if shared_by is None else None, created_at=now)
        fill(account, data)
        _save(account)
        members = _share(account, shared_by) if shared_by is not None else []
        forget_mailboxes(_readers(account))
        _record(recorder.add, account, {}, {**_image(account), "members": members})
        record_event(actor=actor, verb="mail_account.added", now=now, record=account, details={"members": members})
    return account


def change_account(
    *, actor: User, account: MailAccount, data: AccountInput, now: datetime, shared_by: Sharers | None = None
) -> None:
    """Change a mailbox; its members too, where `shared_by` is given. Raises PermissionDenied, ValidationError.

    Its password goes to the server that it was given for: with another server, or another name to sign in with, it
    has to be typed again, and a sign-in with Google or Microsoft begins anew.
    """
    if not can_change_account(actor, account):
        raise PermissionDenied
    data = cleaned(data)
    with operate(actor=actor, verb="mail_account.changed", now=now, undoable=False, keep=True) as recorder:
        locked = MailAccount.objects.select_for_update().get(pk=account.pk)
        _ask(actor, data, before=locked)
        if goes_elsewhere(locked, data):
            _want_password(data)
            for name, nothing in _NO_SECRETS.items():
                setattr(locked, name, nothing)
        before, readers = {**_image(locked), "members": _member_ids(locked)}, _readers(locked)
        fill(locked, data)
        _save(locked)
        members = _share(locked, shared_by) if shared_by is not None and locked.is_shared else before["members"]
        after = {**_image(locked), "members": members}
        _record(recorder.add, locked, before, after)
        forget_mailboxes(readers | _readers(locked))
        if any(before[name] != after[name] for name in ("sharing", "members", "team")):
            stamp_account(locked, today=now.date())
        if members != before["members"] or before["team"] != locked.team_id:
            told = {"members": members, "team": locked.team_id}
            record_event(actor=actor, verb="mail_account.shared", now=now, record=locked, details=told)


def close_account(*, actor: User, account: MailAccount, now: datetime) -> Operation | None:
    """Neither fetch nor send with it any more; its mail stays. Returns what can be undone; None: it was closed."""
    return _set_closed(actor, account, now, "mail_account.closed", now)


def reopen_account(*, actor: User, account: MailAccount, now: datetime) -> Operation | None:
    """Use a closed mailbox again. Raises PermissionDenied."""
    return _set_closed(actor, account, None, "mail_account.reopened", now)


def choose_folders(*, actor: User, account: MailAccount, folder_ids: Iterable[int], now: datetime) -> None:
    """Fetch these folders of the server from now on and no others. Raises PermissionDenied."""
    if not can_change_account(actor, account):
        raise PermissionDenied
    chosen = set(folder_ids)
    with operate(actor=actor, verb="mail_account.folders_chosen", now=now, undoable=False, keep=True):
        for folder in MailFolder.objects.select_for_update().filter(account=account).order_by("pk"):
            if folder.is_synced != (folder.pk in chosen):
                MailFolder.objects.filter(pk=folder.pk).update(is_synced=folder.pk in chosen)


def editable_accounts(actor: User, ids: Collection[int]) -> set[int]:
    """Which of these mailboxes the actor may still change: for undo."""
    return {each.pk for each in MailAccount.objects.filter(pk__in=ids) if can_change_account(actor, each)}


def after_undo(ids: list[int], now: datetime) -> None:
    """Undo has opened these mailboxes again."""
    forget_mailboxes({user for users in readers_of(ids).values() for user in users})


def fill(account: MailAccount, data: AccountInput) -> None:
    """Set what was typed, cleaned, on a mailbox; nothing is saved."""
    for name in _FIELDS:
        setattr(account, name, getattr(data, name))
    if data.password:
        account.password = secrets.encrypt(data.password)
    if data.auth != MailAccount.Auth.PASSWORD:
        account.password = ""
    account.failing_since, account.last_error = None, ""
    account.next_sync_at, account.failures = None, 0  # it is tried anew, at once


def _set_closed(
    actor: User, account: MailAccount, closed_at: datetime | None, verb: str, now: datetime
) -> Operation | None:
    if not can_change_account(actor, account):
        raise PermissionDenied
    with operate(actor=actor, verb=verb, now=now) as recorder:
        locked = MailAccount.objects.select_for_update().get(pk=account.pk)
        if (locked.closed_at is None) == (closed_at is None):
            return None
        before = snapshot(locked)
        locked.closed_at = closed_at
        locked.save(update_fields=["closed_at"])
        recorder.updated(locked, before)
        forget_mailboxes(_readers(locked))
        return recorder.operation


def _ask(actor: User, data: AccountInput, before: MailAccount | None = None) -> None:
    """Strangers are put where the actor may put contacts, or where they are put already."""
    folder = data.unknown_folder
    kept = before is not None and folder is not None and before.unknown_folder_id == folder.pk
    if folder is not None and not kept and not can_create_in(actor, folder):
        raise PermissionDenied


def _want_password(data: AccountInput) -> None:
    """Receiving needs one; what only sends may do so through a server of the house that asks for none."""
    if data.auth == MailAccount.Auth.PASSWORD and data.imap_host and not data.password:
        raise ValidationError({"password": _("Type the password, for this server and this name.")})


def _save(account: MailAccount) -> None:
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError as error:
        raise ValidationError({"address": _("There is a mailbox of this address here already.")}) from error


def _share(account: MailAccount, sharers: Sharers) -> list[int]:
    account.members.set(sharers.members)
    if account.team_id != (sharers.team.pk if sharers.team else None):
        account.team = sharers.team
        account.save(update_fields=["team"])
    return _member_ids(account)


def _readers(account: MailAccount) -> set[int]:
    return readers_of([account.pk])[account.pk]


def _member_ids(account: MailAccount) -> list[int]:
    return sorted(account.members.values_list("pk", flat=True))


def _image(account: MailAccount) -> dict[str, Any]:
    return {name: value for name, value in snapshot(account).items() if name not in UNRECORDED}


def _record(add: Any, account: MailAccount, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Of a shared mailbox what changed; one's own is nobody's business, administrators' neither."""
    differences = diff(before, after)
    if account.is_shared and differences:
        kind = Change.Kind.UPDATED if before else Change.Kind.CREATED
        add(Change(record_type=record_type(account), record_id=account.pk, kind=kind, diff=differences))
