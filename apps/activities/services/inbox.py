"""Reading notices. No operation tells of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

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
