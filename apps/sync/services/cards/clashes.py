"""Fields changed on a phone and here: kept until their user says which is right."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from apps.contacts.formats.vcard.differences import Difference, unpacked
from apps.contacts.models import Entity
from apps.contacts.services.phone_edits import apply_differences
from apps.core.refusals import Refused
from apps.sync.models import CardClash

if TYPE_CHECKING:
    from apps.accounts.models import User

# Of which a contact has many; of all else one.
_LISTS = ("emails", "phones", "links", "addresses", "raws", "categories")


class ClashChanged(Refused):
    """A phone has sent the contact again since its user saw what is to be decided."""

    def __init__(self) -> None:
        super().__init__(_("Your phone has sent more since this page was opened. Please look again."))


def keep_clashes(*, actor: User, entity: Entity, device: str, changes: Sequence[Difference], now: datetime) -> None:
    """Let these changes wait; a later one of the same field or detail takes the place of the earlier."""
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
        waiting.differences = _without(waiting, changes) + packed
        waiting.device, waiting.noticed_at = device, now
        waiting.save(update_fields=["differences", "device", "noticed_at"])


def forget_clashes(*, actor: User, entity: Entity, changes: Sequence[Difference], now: datetime) -> None:
    """What waited of these is settled on the phone itself, which has sent them anew; all else waits on."""
    waiting = CardClash.objects.select_for_update().filter(user=actor, entity=entity, settled_at=None).first()
    if waiting is None:
        return
    left = _without(waiting, changes)
    if not left:
        waiting.settled_at = now
    elif left != waiting.differences:
        waiting.differences, waiting.noticed_at = left, now
    waiting.save(update_fields=["differences", "noticed_at", "settled_at"])


@transaction.atomic
def settle_clash(*, actor: User, clash: CardClash, chosen: Collection[int], now: datetime) -> None:
    """Take the phone's word for the differences of these places, and leave all others as they are here.

    The places are those of `clash` as its user saw it. Settled already: nothing happens. Raises PermissionDenied for
    somebody else's, ClashChanged, InTrash, ValidationError.
    """
    if clash.user_id != actor.pk:
        raise PermissionDenied
    locked = CardClash.objects.select_for_update().filter(pk=clash.pk, settled_at=None).first()
    if locked is None:
        return
    if locked.noticed_at != clash.noticed_at:
        raise ClashChanged
    changes = [unpacked(one) for place, one in enumerate(locked.differences) if place in chosen]
    if changes:
        apply_differences(actor=actor, entity=locked.entity, changes=changes, photo=b"", now=now, overwrite=True)
    locked.settled_at = now
    locked.save(update_fields=["settled_at"])


def _without(waiting: CardClash, changes: Sequence[Difference]) -> list[dict[str, Any]]:
    """What waits of other fields and details than these change."""
    named = [_named(change) for change in changes]
    return [one for one in waiting.differences if _named(unpacked(one)) not in named]


def _named(change: Difference) -> tuple[str, Any]:
    """What a change is of: a field by its name, a detail by what it was, or is where it is new."""
    return change.name, (change.before or change.after) if change.name in _LISTS else None
