"""Gathering contacts on one's clipboard and taking them off again. No operation tells of it: it is the user's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet

from apps.accounts.models import User
from apps.contacts.models import Clipped, Entity
from apps.contacts.selectors.clipboard import clipboard_changed

if TYPE_CHECKING:
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
    own = _locked(actor)
    own.filter(removed_at__lt=now - _KEPT).delete()
    own.filter(removed_at=None).exclude(entity__in=_seen(actor)).update(removed_at=now)  # it takes no room
    there = set(own.filter(removed_at=None).values_list("entity_id", flat=True))
    seen = chosen.visible_to(actor).live().exclude(pk__in=there).order_by("sort_name", "pk")
    ids = list(seen.values_list("pk", flat=True)[: _room(len(there))])
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
    """Put back what was taken off last and the actor still sees, as far as there is room; how many that were."""
    own = _locked(actor)
    rows = own.filter(removed_at__isnull=False, entity__in=_seen(actor))
    last = rows.order_by("-removed_at").values_list("removed_at", flat=True).first()
    room = _room(own.filter(removed_at=None).count())
    ids = list(rows.filter(removed_at=last).order_by("-clipped_at", "pk").values_list("pk", flat=True)[:room])
    restored = own.filter(pk__in=ids).update(removed_at=None)
    clipboard_changed(actor)
    return restored


def _locked(actor: User) -> QuerySet[Clipped]:
    """The rows of `actor`, whose other pages wait."""
    list(User.objects.select_for_update(no_key=True).filter(pk=actor.pk).values_list("pk"))
    return Clipped.objects.filter(user=actor)


def _seen(actor: User) -> QuerySet[Entity, int]:
    return Entity.objects.visible_to(actor).live().order_by().values_list("pk", flat=True)


def _room(taken: int) -> int:
    return max(MOST - taken, 0)
