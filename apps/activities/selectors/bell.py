"""How much a user hasn't read yet, for the bell on every page: kept in the cache while their rights stay."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db import transaction
from redis.exceptions import RedisError

from apps.activities.models import Notice
from apps.activities.models.reach import reach_of
from apps.core.contributions import shown_entity

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST = 100  # counted; the bell says "99+"
_SECONDS = 60


def unread_count(user: User, *, fresh: bool = False) -> int:
    """At most MOST. What was removed or hidden meanwhile isn't counted."""
    reads: object = shown_entity(user) or reach_of(user)
    if reads is None:
        return 0
    stamp = hashlib.sha1(repr(reads).encode(), usedforsecurity=False).hexdigest()
    if not fresh:
        kept = _kept(_key(user.pk))
        if kept is not None and kept[0] == stamp:
            known: int = kept[1]
            return known
    count = Notice.objects.visible_to(user).in_app().unread()[:MOST].count()
    with suppress(RedisError):
        cache.set(_key(user.pk), (stamp, count), _SECONDS)
    return count


def _kept(key: str) -> tuple[str, int] | None:
    try:
        found: tuple[str, int] | None = cache.get(key)
    except RedisError:  # the bell rings without it
        return None
    return found


def forget_counts(user_ids: Iterable[int]) -> None:
    """Called in the transaction that changes them."""
    forget = functools.partial(cache.delete_many, [_key(pk) for pk in user_ids])
    forget()
    transaction.on_commit(forget)


def _key(user_id: int) -> str:
    return f"activities:unread:{user_id}"
