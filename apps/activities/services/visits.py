"""Visits: what came in while somebody was away is new to them until they have been away again."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db import transaction
from django.db.models import Max

from apps.activities.models import Activity, Visit
from apps.activities.selectors.visits import visit_key

if TYPE_CHECKING:
    from apps.accounts.models import User


@transaction.atomic
def note_visit(*, user: User, now: datetime) -> None:
    """The user is here. Leaves neither operation nor entry."""
    cache.delete(visit_key(user.pk))
    transaction.on_commit(lambda: cache.delete(visit_key(user.pk)))  # for whoever read in between
    newest = Activity.objects.aggregate(newest=Max("pk"))["newest"] or 0
    visit, is_first = Visit.objects.select_for_update().get_or_create(
        user=user, defaults={"seen_at": now, "seen_id": newest, "since_id": newest, "since_at": now}
    )
    if is_first:
        return
    visit.since_id, visit.since_at = visit.new_since(now)
    visit.seen_at, visit.seen_id = now, newest
    visit.save()
