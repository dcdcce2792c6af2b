"""How many threads a user hasn't read, for the number beside "Mail" on every page: kept in the cache."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db import transaction

from apps.core import clock
from apps.messaging.models import ThreadState
from apps.messaging.selectors.boxes import unread

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST = 100  # counted; the number says "99+"
_SECONDS = 60


def unread_threads(user: User, *, fresh: bool = False) -> int:
    """At most MOST."""
    if not fresh and (kept := cache.get(_key(user.pk))) is not None:
        known: int = kept
        return known
    waiting = ThreadState.objects.of_mailboxes_of(user).filter(unread(user, clock.now()))
    count = waiting[:MOST].count()
    cache.set(_key(user.pk), count, _SECONDS)
    return count


def forget_unread(user_ids: Iterable[int]) -> None:
    """Called in the transaction that changes them."""
    forget = functools.partial(cache.delete_many, [_key(pk) for pk in user_ids])
    forget()
    transaction.on_commit(forget)


def _key(user_id: int) -> str:
    return f"messaging:unread:{user_id}"
