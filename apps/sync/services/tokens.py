"""Tokens that sources sign their batches with: shown once, kept as a digest, good for one source."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from apps.accounts.models import User
from apps.accounts.permissions import is_admin
from apps.accounts.services.audit import record_event
from apps.sync.models import Source, SourceToken

_PREFIX = "feed_"
_SENDER = """
SELECT t.id, t.last_used_at, s.id, s.code, s.max_bytes, s.max_batches_a_minute
FROM sync_sourcetoken t JOIN sync_source s ON s.id = t.source_id WHERE t.digest = %s AND t.revoked_at IS NULL
"""
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


@dataclass(frozen=True, slots=True)
class Sender:
    """A source as its batches need it: no more is read for each of them."""

    pk: int
    code: str
    max_bytes: int
    max_batches_a_minute: int


def sender_of_token(raw: str, now: datetime) -> Sender | None:
    """The source that a bearer token belongs to; None where it is unknown or revoked."""
    if not raw.startswith(_PREFIX):
        return None
    with connection.cursor() as cursor:
        cursor.execute(_SENDER, [_digest(raw)])
        row = cursor.fetchone()
    if row is None:
        return None
    token_id, last_used_at, *values = row
    if last_used_at is None or last_used_at < now - _USED_STEP:
        SourceToken.objects.filter(pk=token_id).update(last_used_at=now)
    return Sender(*values)


def _digest(raw: str) -> str:
    # 256 random bits need no slow hash: nobody guesses them, and each batch pays for the look-up.
    return hashlib.sha256(raw.encode()).hexdigest()
