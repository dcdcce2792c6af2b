"""What is new since a user's last visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.cache import cache

from apps.activities.models import Activity, Visit
from apps.activities.selectors.timelines import dress, mark_completable

if TYPE_CHECKING:
    from apps.accounts.models import User

_FIRST = "first"
_KEPT = 60  # seconds
SHOWN = 6
MOST = 99  # beyond it the count says "more than"


@dataclass(frozen=True, slots=True)
class News:
    """`count` stops at MOST + 1."""

    entries: list[Activity]
    count: int
    since: datetime

    @property
    def is_more(self) -> bool:
        return self.count > MOST


def news_for(user: User, *, now: datetime) -> News | None:
    """What others wrote since the last visit, newest first; None where there is nothing to compare with."""
    visit = Visit.objects.filter(user=user).first()
    if visit is None:
        return None
    since_id, since_at = visit.new_since(now)
    # Keys grow with time: the newest are at the end of the primary key.
    found = Activity.objects.visible_to(user).live().filter(pk__gt=since_id).exclude(actor=user)
    count = len(found.order_by("-pk").values_list("pk")[: MOST + 1])
    newest = found.select_related("actor").order_by("-pk")
    entries = list(newest[:SHOWN]) if count else []
    dress(entries, user=user)
    mark_completable(entries, user=user, now=now)
    return News(entries, count, since_at)


def new_from(user: User, *, now: datetime) -> int:
    """The id above which entries are new to this user; all are old to whoever is here for the first time.

    Asked by each page of a contact, so the visit is kept at hand for a while.
    """
    key = visit_key(user.pk)
    kept: Visit | str | None = cache.get(key)
    if kept is None:
        kept = Visit.objects.filter(user=user).first() or _FIRST
        cache.set(key, kept, _KEPT)
    return kept.new_since(now)[0] if isinstance(kept, Visit) else 2**62


def visit_key(user_id: int) -> str:
    """Where a user's visit is kept at hand; whoever changes the visit forgets it there."""
    return f"activities:visit:{user_id}"
