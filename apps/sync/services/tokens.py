"""Tokens that sources sign their batches with: shown once, kept as a digest, good for one source."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction

from apps.accounts.models import User
from apps.accounts.permissions import is_admin
from apps.accounts.services.audit import record_event
from apps.sync.models import Source, SourceToken

_PREFIX = "feed_"
_USED_STEP = timedelta(minutes=1)  # how often `last_used_at` is written, so that each batch doesn't write it


@transaction.atomic
def grant_token(*, actor: User | None, source: Source, now: datetime) -> tuple[SourceToken, str]:
    """Make a token of `source`; the text, returned beside the row, can't be had a second time.

    `actor` is an administrator, None the house itself (commands). Raises PermissionDenied.
    """
    if actor is not None and not is_admin(actor):
        raise PermissionDenied
    raw = _PREFIX + secrets.token_urlsafe(32)
    token = SourceToken.objects.create(source=source, digest=_digest(raw), hint=raw[:9], created_at=now)
    record_event(actor=actor, verb="source.token_granted", now=now, record=source, details={"token": token.pk})
    return token, raw


@transaction.atomic
def revoke_token(*, actor: User, token: SourceToken, now: datetime) -> None:
    """End a token at once; a second call changes nothing. Raises PermissionDenied."""
    if not is_admin(actor):
        raise PermissionDenied
    if SourceToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
        record_event(
            actor=actor, verb="source.token_revoked", now=now, record=token.source, details={"token": token.pk}
        )


def source_of_token(raw: str, now: datetime) -> Source | None:
    """The source that a bearer token belongs to; None where it is unknown or revoked."""
    if not raw.startswith(_PREFIX):
        return None
    found = SourceToken.objects.filter(digest=_digest(raw), revoked_at=None).select_related("source__plant").first()
    if found is None:
        return None
    if found.last_used_at is None or found.last_used_at < now - _USED_STEP:
        SourceToken.objects.filter(pk=found.pk).update(last_used_at=now)
    return found.source


def _digest(raw: str) -> str:
    # 256 random bits need no slow hash: nobody guesses them, and each batch pays for the look-up.
    return hashlib.sha256(raw.encode()).hexdigest()
