"""Hot pages of dealers, kept in Redis until the dealer's orders change (docs/adr/0015 says what stays outside).

Every entry stands under the dealer's epoch, a sign that `forget_dealers` drops once a change is committed. So nobody
has to know what is kept, and what was read before the change is never found after it. What a page shows must hang on
the dealer's orders alone; rights, language, zone and formats belong into `reader_key`. Without Redis every page is made
anew. Should a change's sign not reach Redis, it is tried again until no entry can be left that it would have hidden.
"""

from __future__ import annotations

import hashlib
import threading
import time
import uuid
from collections.abc import Callable, Collection
from functools import partial
from typing import TypeVar

import structlog
from django.core.cache import cache
from django.db import transaction
from django.utils import translation
from redis.exceptions import RedisError

from apps.accounts.preferences import current_preferences, zone_of

log = structlog.get_logger(__name__)

T = TypeVar("T")
SECONDS = 60  # an entry's life at most
_RETRY = 0.2
_HITS, _MISSES = "crm:kept:hits", "crm:kept:misses"
_FAILED = (RedisError, OSError)


def keep(dealer_id: int, key: str, make: Callable[[], T]) -> T:
    """What `make` answers for a dealer under `key`, perhaps of a minute ago if no order has changed since."""
    try:
        epoch = cache.get_or_set(_epoch_key(dealer_id), _new, 24 * 3600)
        name = f"crm:kept:{dealer_id}:{epoch}:{hashlib.sha256(key.encode()).hexdigest()}"
        found: T | None = cache.get(name)
        _count(hit=found is not None)
    except _FAILED:
        return make()
    if found is not None:
        return found
    made = make()
    try:
        cache.set(name, made, SECONDS)
    except _FAILED:
        log.warning("kept.page.not_stored", dealer_id=dealer_id)
    return made


def reader_key(*, sees_money: bool) -> str:
    """What makes two readers of one dealer see different things."""
    preferences = current_preferences()
    looks = (preferences.date_format, preferences.time_format, str(zone_of(preferences)), translation.get_language())
    return f"{sees_money}:{looks}"


def forget_dealers(dealer_ids: Collection[int]) -> None:
    """Let nothing kept of these dealers be shown again, once the running transaction has committed."""
    if dealer_ids:
        transaction.on_commit(partial(_change, frozenset(dealer_ids)))


def hit_rate() -> tuple[int, int]:
    """How often a page was found, and how often it had to be made."""
    try:
        return int(cache.get(_HITS) or 0), int(cache.get(_MISSES) or 0)
    except _FAILED:
        return 0, 0


def _change(dealer_ids: frozenset[int]) -> None:
    try:
        _drop(dealer_ids)
    except _FAILED:
        log.warning("kept.epoch.not_changed", dealers=len(dealer_ids))
        threading.Thread(target=_change_later, args=(dealer_ids,), daemon=True).start()


def _change_later(dealer_ids: frozenset[int]) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        time.sleep(_RETRY)
        try:
            _drop(dealer_ids)
        except _FAILED:
            continue
        return


def _drop(dealer_ids: Collection[int]) -> None:
    """Their next readers begin a new epoch: one command to Redis, however many they are."""
    cache.delete_many(map(_epoch_key, dealer_ids))


def _count(*, hit: bool) -> None:
    name = _HITS if hit else _MISSES
    try:
        cache.incr(name)
    except ValueError:  # the first one
        cache.add(name, 1, None)


def _epoch_key(dealer_id: int) -> str:
    return f"crm:kept-epoch:{dealer_id}"


def _new() -> str:
    return uuid.uuid4().hex
