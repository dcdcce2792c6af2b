"""Whether somebody watches a record: asked on each of its pages, so the answer is kept in the cache."""

from __future__ import annotations

import functools

from django.core.cache import cache
from django.db import transaction

from apps.activities.models import Watch

_SECONDS = 600


def is_watching(user_id: int, record_type: str, record_id: int) -> bool:
    key = _key(user_id, record_type, record_id)
    kept: bool | None = cache.get(key)
    if kept is None:
        kept = Watch.objects.filter(user=user_id, record_type=record_type, record_id=record_id).exists()
        cache.set(key, kept, _SECONDS)
    return kept


def forget_watch(user_id: int, record_type: str, record_id: int) -> None:
    """Called in the transaction that changes it."""
    forget = functools.partial(cache.delete, _key(user_id, record_type, record_id))
    forget()
    transaction.on_commit(forget)


def _key(user_id: int, record_type: str, record_id: int) -> str:
    return f"activities:watch:{user_id}:{record_type}:{record_id}"
