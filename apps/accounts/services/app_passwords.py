"""App passwords: made by us, shown once, good for contacts and calendars on a phone and for nothing else."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q

from apps.accounts import permissions
from apps.accounts.models import AppPassword, User
from apps.accounts.services.audit import fingerprint, record_event
from apps.core.ratelimit import allow, is_spent

# Letters and digits that nobody takes for one another, typed on a phone: 20 of 30 are 98 random bits.
_SIGNS = "abcdefghjkmnpqrstuvwxyz2345679"
_GROUPS, _LONG = 5, 4
# How often use is written down, so that a busy phone doesn't make a write of each read.
_USED_STEP = timedelta(minutes=5)
MOST_FAILURES, LOCKED_SECONDS = 10, 900


class LockedOut(Exception):
    """Too many wrong passwords for this address from there; for a quarter of an hour wrong ones are told so."""


@transaction.atomic
def create_app_password(*, actor: User, name: str, now: datetime) -> tuple[AppPassword, str]:
    """Make a password for one of the actor's devices; the text beside the row can't be had a second time.

    Raises PermissionDenied.
    """
    if not permissions.can_hold_app_passwords(actor):
        raise PermissionDenied
    raw = "-".join("".join(secrets.choice(_SIGNS) for _ in range(_LONG)) for _ in range(_GROUPS))
    made = AppPassword.objects.create(user=actor, name=name.strip(), digest=_digest(raw), created_at=now)
    record_event(actor=actor, verb="app_password.created", now=now, record=made)
    return made, raw


@transaction.atomic
def revoke_app_password(*, actor: User, app_password: AppPassword, now: datetime) -> None:
    """End a password at once; a second call changes nothing. Raises PermissionDenied."""
    if actor.pk != app_password.user_id and not permissions.is_admin(actor):
        raise PermissionDenied
    if AppPassword.objects.filter(pk=app_password.pk, revoked_at=None).update(revoked_at=now):
        app_password.revoked_at = now
        record_event(
            actor=actor, verb="app_password.revoked", now=now, record=app_password,
            details={"user": app_password.user_id},
        )  # fmt: skip


def authenticate_app_password(
    email: str, raw: str, *, ip: str | None, program: str, now: datetime
) -> AppPassword | None:
    """The password that `raw` is, if it is one of the user with this address; None if it isn't.

    The dashes may be left out. Raises LockedOut for one more wrong one after ten for this address from this IP
    address; the right one is taken all the same, so that one device gone wrong locks out none beside it. Notes when
    and by which program it was last used, to five minutes.
    """
    if "\0" in email:  # which no address has, and no database takes
        return None
    found = (
        AppPassword.objects.filter(digest=_digest(raw), revoked_at=None, user__is_active=True)
        .filter(user__email=email.strip().lower())
        .select_related("user__preferences")
        .first()
    )
    if found is None or not permissions.can_hold_app_passwords(found.user):
        _refuse(f"app-password:{fingerprint(email)}:{ip}", email, now)
        return None
    if found.last_used_at is None or found.last_used_at < now - _USED_STEP:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - _USED_STEP)
        AppPassword.objects.filter(stale, pk=found.pk).update(last_used_at=now, last_used_by=program[:200])
    return found


def _refuse(key: str, email: str, now: datetime) -> None:
    if is_spent(key, limit=MOST_FAILURES, seconds=LOCKED_SECONDS):
        raise LockedOut
    allow(key, limit=MOST_FAILURES, seconds=LOCKED_SECONDS)
    if is_spent(key, limit=MOST_FAILURES, seconds=LOCKED_SECONDS):
        user = User.objects.filter(email=email.strip().lower()).first()
        record_event(
            actor=None, verb="app_password.locked_out", now=now, record=user,
            details={"address": fingerprint(email)},
        )  # fmt: skip


def _digest(raw: str) -> str:
    # 98 random bits need no slow hash, and a phone pays for the look-up with each of its hundreds of requests.
    return hashlib.sha256("".join(raw.split()).replace("-", "").lower().encode()).hexdigest()
