"""What a person says of a pair: they are two."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied

from apps.accounts.models import User
from apps.contacts.models import DuplicatePair, Entity
from apps.core.models import Operation
from apps.core.services.operations import operate, snapshot


def dismiss_pair(*, actor: User, pair: DuplicatePair, now: datetime) -> Operation | None:
    """Mark the two as not the same, undoable; they are shown again only if much more speaks for it.

    None where that was said already. Raises PermissionDenied unless the actor may edit one of them.
    """
    if not Entity.objects.editable_by(actor).filter(pk__in=[pair.left_id, pair.right_id]).exists():
        raise PermissionDenied
    with operate(actor=actor, verb="duplicates.dismissed", now=now) as recorder:
        locked = DuplicatePair.objects.select_for_update().get(pk=pair.pk)
        if locked.state != DuplicatePair.State.OPEN:
            return None
        before = snapshot(locked)
        locked.state, locked.decided_at, locked.decided_by = DuplicatePair.State.DISMISSED, now, actor
        locked.save(update_fields=["state", "decided_at", "decided_by"])
        recorder.updated(locked, before)
    return recorder.operation
