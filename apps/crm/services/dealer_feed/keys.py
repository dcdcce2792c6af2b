"""Keys of a dealer's programs: shown once, kept as a digest, revoked at once. Only the firm's owners have them."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.accounts.services.audit import record_event
from apps.core.database_roles import as_house
from apps.crm.models import Dealer, DealerFeedKey
from apps.crm.models.reach import PortalReader
from apps.crm.permissions.people import can_manage_people
from apps.crm.services.dealer_feed.noting import note_opened

if TYPE_CHECKING:
    from apps.accounts.models import User

PREFIX = "rapd_"
MOST = 20  # good ones at a time
_USED_STEP = timedelta(minutes=1)  # as with API tokens: a busy key doesn't make a write of each read


@transaction.atomic
def make_key(*, actor: User, dealer: Dealer, name: str, sees_money: bool, now: datetime) -> tuple[DealerFeedKey, str]:
    """Returns it with its text, which can't be had a second time. Raises PermissionDenied, ValidationError."""
    if not can_manage_people(actor, dealer.pk):
        raise PermissionDenied
    raw = PREFIX + secrets.token_urlsafe(32)
    with as_house():
        if DealerFeedKey.objects.filter(dealer=dealer, revoked_at__isnull=True).count() >= MOST:
            raise ValidationError({"name": _("There are %(most)s keys already. Revoke one first.") % {"most": MOST}})
        key = DealerFeedKey.objects.create(
            dealer=dealer,
            name=name.strip(),
            digest=digest_of(raw),
            hint=raw[:9],
            sees_money=sees_money,
            made_by_name=actor.name,
            created_at=now,
        )
        note_opened(dealer.pk, now=now)
        record_event(
            actor=actor,
            verb="feed_key.created",
            now=now,
            record=key,
            details={"dealer": dealer.pk, "money": sees_money},
        )
    return key, raw


@transaction.atomic
def revoke_key(*, actor: User, key: DealerFeedKey, now: datetime) -> None:
    """End a key at once; a second call changes nothing. Raises PermissionDenied."""
    if not can_manage_people(actor, key.dealer_id):
        raise PermissionDenied
    with as_house():
        if DealerFeedKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=now):
            record_event(actor=actor, verb="feed_key.revoked", now=now, record=key, details={"dealer": key.dealer_id})


def reader_of_key(raw: str, now: datetime) -> tuple[int, PortalReader] | None:
    """The key's id and what it reads; None: unknown, revoked, or its dealer buys no more.

    Notes when it was last used, to the minute.
    """
    if not raw.startswith(PREFIX):
        return None
    key = DealerFeedKey.objects.good().filter(digest=digest_of(raw)).select_related("dealer").first()
    if key is None:
        return None
    if key.last_used_at is None or key.last_used_at < now - _USED_STEP:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - _USED_STEP)
        DealerFeedKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
    dealer = key.dealer
    return key.pk, PortalReader(
        dealer.pk, dealer.entity_id, 0, is_owner=False, sees_money=key.sees_money, plant_ids=tuple(dealer.plant_ids)
    )


def digest_of(raw: str) -> str:
    # 256 random bits need no slow hash: nobody guesses them, and each request pays for the look-up.
    return hashlib.sha256(raw.encode()).hexdigest()
