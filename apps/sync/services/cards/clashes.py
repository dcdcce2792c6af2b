"""Fields changed on a phone and here: kept until their user says which is right."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction

from apps.contacts.formats.vcard.differences import Difference, unpacked
from apps.contacts.models import Entity
from apps.contacts.services.phone_edits import apply_differences
from apps.sync.models import CardClash

if TYPE_CHECKING:
    from apps.accounts.models import User


def keep_clashes(*, actor: User, entity: Entity, device: str, changes: Sequence[Difference], now: datetime) -> None:
    """Let these changes wait; a later one of the same field takes the place of the earlier."""
    if not changes:
        return
    packed = [change.packed() for change in changes]
    waiting, is_new = CardClash.objects.select_for_update().get_or_create(
        user=actor,
        entity=entity,
        settled_at=None,
        defaults={"device": device, "differences": packed, "noticed_at": now},
    )
    if not is_new:
        names = {change.name for change in changes}
        waiting.differences = [one for one in waiting.differences if one["name"] not in names] + packed
        waiting.device, waiting.noticed_at = device, now
        waiting.save(update_fields=["differences", "device", "noticed_at"])


def forget_clashes(*, actor: User, entity: Entity, now: datetime) -> None:
    """What waited is settled on the phone itself: it has sent the contact anew."""
    CardClash.objects.filter(user=actor, entity=entity, settled_at=None).update(settled_at=now)


@transaction.atomic
def settle_clash(*, actor: User, clash: CardClash, chosen: Collection[int], now: datetime) -> None:
    """Take the phone's word for the differences of these places, and leave all others as they are here.

    Settled already: nothing happens. Raises PermissionDenied for somebody else's, InTrash, ValidationError.
    """
    if clash.user_id != actor.pk:
        raise PermissionDenied
    locked = CardClash.objects.select_for_update().filter(pk=clash.pk, settled_at=None).first()
    if locked is None:
        return
    changes = [unpacked(one) for place, one in enumerate(locked.differences) if place in chosen]
    if changes:
        apply_differences(actor=actor, entity=locked.entity, changes=changes, photo=b"", now=now, overwrite=True)
    locked.settled_at = now
    locked.save(update_fields=["settled_at"])
