"""API tokens: shown once, kept as a digest, limited by scopes, time and the rights of their user."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.accounts import permissions
from apps.accounts.models import ApiToken, User
from apps.accounts.services.audit import record_event

_PREFIX = "rap_"
# How often `last_used_at` is written, so that a busy token doesn't make a write of each read.
_USED_STEP = timedelta(minutes=1)


class UnknownScope(Exception):
    def __init__(self, names: Iterable[str]) -> None:
        self.names = sorted(names)
        super().__init__(_("There is no scope called %(names)s.") % {"names": ", ".join(self.names)})


class ExpiryPassed(Exception):
    def __init__(self) -> None:
        super().__init__(_("A token has to expire in the future."))


@transaction.atomic
def create_token(
    *, actor: User, user: User, name: str, scopes: Iterable[str], expires_at: datetime | None, now: datetime
) -> tuple[ApiToken, str]:
    """Make a token that acts for `user`; the text, returned beside the row, can't be had a second time.

    One's own, or an administrator's for a service. Raises PermissionDenied, UnknownScope, ExpiryPassed.
    """
    if not permissions.can_hold_tokens(user) or (actor.pk != user.pk and not permissions.is_admin(actor)):
        raise PermissionDenied
    wanted = sorted(set(scopes))
    if unknown := set(wanted) - set(permissions.SCOPES):
        raise UnknownScope(unknown)
    if expires_at is not None and expires_at <= now:
        raise ExpiryPassed
    token, raw = new_token(user, name, wanted, now=now, expires_at=expires_at)
    record_event(actor=actor, verb="token.created", now=now, record=token, details={"user": user.pk, "scopes": wanted})
    return token, raw


@transaction.atomic
def revoke_token(*, actor: User, token: ApiToken, now: datetime) -> None:
    """End a token at once; a second call changes nothing. Raises PermissionDenied."""
    if actor.pk != token.user_id and not permissions.is_admin(actor):
        raise PermissionDenied
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
        token.revoked_at = now
        record_event(actor=actor, verb="token.revoked", now=now, record=token, details={"user": token.user_id})


def authenticate_token(raw: str, now: datetime) -> tuple[User, frozenset[str]] | None:
    """The user and scopes behind a bearer token, or None if it is unknown, expired, revoked or its user is out.

    Notes when it was last used, to the minute.
    """
    if not raw.startswith(_PREFIX):
        return None
    token = (
        ApiToken.objects.filter(digest=digest_of(raw), revoked_at=None, user__is_active=True)
        .filter(Q(expires_at=None) | Q(expires_at__gt=now))
        .select_related("user__preferences")
        .first()
    )
    if token is None or not (token.user.is_bot or permissions.can_hold_tokens(token.user)):
        return None
    note_use(token, now)
    return token.user, frozenset(token.scopes)


def new_token(
    user: User, name: str, scopes: Sequence[str], *, now: datetime, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """The row and the text of a new token; whether somebody may have it is for the caller."""
    raw = _PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name.strip(),
        digest=digest_of(raw),
        hint=raw[:8],
        scopes=list(scopes),
        created_at=now,
        expires_at=expires_at,
    )
    return token, raw


def note_use(token: ApiToken, now: datetime) -> None:
    """Note when it was last used, to the minute."""
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - _USED_STEP)
    if token.last_used_at is None or token.last_used_at < now - _USED_STEP:
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)


def digest_of(raw: str) -> str:
    # 256 random bits need no slow hash: nobody guesses them, and each request pays for the look-up.
    return hashlib.sha256(raw.encode()).hexdigest()
