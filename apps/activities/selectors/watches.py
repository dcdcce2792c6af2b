"""Whether somebody watches a record: asked on each of its pages, so the answer is kept in the cache."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db import transaction

from apps.activities.models import Watch
from apps.activities.models.notices import ENTITIES
from apps.contacts.models import Entity

if TYPE_CHECKING:
    from apps.accounts.models import User

_SECONDS = 600


def is_watching(user_id: int, record_type: str, record_id: int) -> bool:
    key = _key(user_id, record_type, record_id)
    kept: bool | None = cache.get(key)
    if kept is None:
        kept = Watch.objects.filter(user=user_id, record_type=record_type, record_id=record_id).exists()
        cache.set(key, kept, _SECONDS)
    return kept


def watched_entities(user: User, *, most: int = 100) -> list[Entity]:
    """The contacts that somebody watches and sees, the newest wish first."""
    ids = list(
        Watch.objects.filter(user=user, record_type=ENTITIES)
        .order_by("-created_at")
        .values_list("record_id", flat=True)[:most]
    )
    found = Entity.objects.visible_to(user).live().filter(pk__in=ids).only("pk", "display_name").in_bulk()
    return [found[pk] for pk in ids if pk in found]


def forget_watch(user_id: int, record_type: str, record_id: int) -> None:
    """Called in the transaction that changes it."""
    forget = functools.partial(cache.delete, _key(user_id, record_type, record_id))
    forget()
    transaction.on_commit(forget)


def _key(user_id: int, record_type: str, record_id: int) -> str:
    return f"activities:watch:{user_id}:{record_type}:{record_id}"
