"""Reading notices. No operation tells of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet

from apps.activities.models import Notice
from apps.activities.services.telling import announce

if TYPE_CHECKING:
    from apps.accounts.models import User


@transaction.atomic
def mark_read(*, actor: User, notice: Notice, now: datetime) -> None:
    """Read already: nothing happens. The actor's other pages hear of it."""
    if Notice.objects.filter(pk=notice.pk, at=notice.at, user=actor, read_at__isnull=True).update(read_at=now):
        announce([actor.pk])


@transaction.atomic
def mark_all_read(*, actor: User, up_to: int, now: datetime) -> int:
    """All of one's own up to the id `up_to`, which was the newest on the page; returns how many."""
    count = Notice.objects.filter(user=actor, pk__lte=up_to).in_app().unread().update(read_at=now)
    if count:
        announce([actor.pk])
    return count


def mark_records_read(*, user_id: int, record_type: str, seen: QuerySet[Any], now: datetime) -> int:
    """What a user was told of records that they have `seen` elsewhere; returns how many notices that were."""
    mine = Notice.objects.filter(user=user_id, record_type=record_type).unread()
    told = list(mine.values_list("record_id", flat=True))
    ids = list(seen.filter(pk__in=told).values_list("pk", flat=True)) if told else []
    read = mine.filter(record_id__in=ids).update(read_at=now) if ids else 0
    if read:
        announce([user_id])
    return read
