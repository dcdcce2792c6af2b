"""Users that are programs (docs/adr/0026): made for one group, known by keys alone.

Who may make them is for the caller to ask; each step leaves an audit event.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from apps.accounts.models import ApiToken, User
from apps.accounts.services.audit import record_event
from apps.accounts.services.tokens import digest_of, new_token, note_use


class KeyRevoked(Exception):
    """The key was good once."""


@transaction.atomic
def make_bot_user(*, actor: User, name: str, now: datetime) -> User:
    """Without a password, a role, or an address that mail could reach."""
    user = User(email=f"bot-{uuid4().hex}@bots.invalid", name=name, is_bot=True, created_at=now)
    user.set_unusable_password()
    user.save()
    record_event(actor=actor, verb="bot.created", now=now, record=user)
    return user


@transaction.atomic
def renew_key(*, actor: User, user: User, scopes: Sequence[str], now: datetime) -> str:
    """Returns a new key, shown once; those before it are good no more."""
    _revoke(user, now)
    token, raw = new_token(user, user.name[:100], sorted(scopes), now=now)
    details = {"user": user.pk, "scopes": sorted(scopes)}
    record_event(actor=actor, verb="token.created", now=now, record=token, details=details)
    return raw


@transaction.atomic
def change_scopes(*, actor: User, user: User, scopes: Sequence[str], now: datetime) -> None:
    """Of the key that is good now; as wished already: nothing happens."""
    wanted = sorted(scopes)
    if ApiToken.objects.filter(user=user, revoked_at=None).exclude(scopes=wanted).update(scopes=wanted):
        details = {"user": user.pk, "scopes": wanted}
        record_event(actor=actor, verb="bot.changed", now=now, record=user, details=details)


@transaction.atomic
def retire_bot_user(*, actor: User | None, user: User, now: datetime) -> None:
    """Its keys are good no more; a second call changes nothing. `actor` None is the house itself."""
    _revoke(user, now)
    if User.objects.filter(pk=user.pk, is_bot=True, is_active=True).update(is_active=False):
        record_event(actor=actor, verb="bot.retired", now=now, record=user)


def bot_of_key(raw: str, *, scope: str, now: datetime) -> User | None:
    """The bot that an address's key belongs to, None for an unknown one. Raises KeyRevoked.

    Notes when it was last used, to the minute.
    """
    found = ApiToken.objects.filter(digest=digest_of(raw), user__is_bot=True, scopes__contains=[scope])
    token = found.select_related("user").first()
    if token is None:
        return None
    if token.revoked_at is not None or not token.user.is_active:
        raise KeyRevoked
    note_use(token, now)
    return token.user


def _revoke(user: User, now: datetime) -> None:
    ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=now)
