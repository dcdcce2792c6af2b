"""Gathering contacts on one's clipboard and taking them off again. No operation tells of it: it is the user's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from apps.contacts.models import Clipped
from apps.contacts.selectors.clipboard import clipboard_changed

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.contacts.models.entities import EntityQuerySet

MOST = 1000  # more is a view, a folder or a segment
_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Gathered:
    added: int
    left_out: int  # for want of room


@transaction.atomic
def clip(*, actor: User, chosen: EntityQuerySet, now: datetime) -> Gathered:
    """Put those of `chosen` that the actor sees on the clipboard, as far as it has room; what is on it stays."""
    own = Clipped.objects.filter(user=actor)
    own.filter(removed_at__lt=now - _KEPT).delete()
    there = set(own.filter(removed_at=None).values_list("entity_id", flat=True))
    seen = chosen.visible_to(actor).live().exclude(pk__in=there).order_by("sort_name", "pk")
    ids = list(seen.values_list("pk", flat=True)[: MOST - len(there)])
    Clipped.objects.bulk_create(
        [Clipped(user=actor, entity_id=pk, clipped_at=now) for pk in ids],
        update_conflicts=True,
        unique_fields=["user", "entity"],
        update_fields=["clipped_at", "removed_at"],
    )
    clipboard_changed(actor)
    full = len(there) + len(ids) >= MOST
    return Gathered(added=len(ids), left_out=seen.exclude(pk__in=ids).count() if full else 0)


@transaction.atomic
def take_off(*, actor: User, chosen: EntityQuerySet | None = None, now: datetime) -> int:
    """Take `chosen`, or all there is, off the clipboard; how many that were."""
    rows = Clipped.objects.filter(user=actor, removed_at=None)
    if chosen is not None:
        rows = rows.filter(entity__in=chosen.order_by().values("pk"))
    removed = rows.update(removed_at=now)
    clipboard_changed(actor)
    return removed


@transaction.atomic
def put_back(*, actor: User) -> int:
    """Put back what was taken off last; how many that were."""
    rows = Clipped.objects.filter(user=actor, removed_at__isnull=False)
    last = rows.order_by("-removed_at").values_list("removed_at", flat=True).first()
    restored = rows.filter(removed_at=last).update(removed_at=None) if last else 0
    clipboard_changed(actor)
    return restored
