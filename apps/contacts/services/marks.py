"""What one user keeps at hand: favourites, and what was looked at last. No operation tells of it."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from apps.accounts.models import User
from apps.contacts.models import Entity, Favourite, Recent
from apps.contacts.permissions import can_view_entity

_RECENT = 20


def add_favourite(*, actor: User, entity: Entity) -> None:
    """Already one: nothing happens. Raises PermissionDenied."""
    if not can_view_entity(actor, entity):
        raise PermissionDenied
    Favourite.objects.get_or_create(user=actor, entity=entity)


def remove_favourite(*, actor: User, entity: Entity) -> None:
    Favourite.objects.filter(user=actor, entity=entity).delete()


@transaction.atomic
def note_recent(*, actor: User, entity: Entity, now: datetime) -> None:
    """The actor looked at this contact; the last twenty are kept. Raises PermissionDenied."""
    if not can_view_entity(actor, entity):
        raise PermissionDenied
    Recent.objects.update_or_create(user=actor, entity=entity, defaults={"seen_at": now})
    older = Recent.objects.filter(user=actor).order_by("-seen_at", "-pk").values("pk")[_RECENT:]
    Recent.objects.filter(pk__in=list(older.values_list("pk", flat=True))).delete()
