"""Files kept with a contact: added, renamed by nobody, removed and brought back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied

from apps.contacts.models import Attachment, Entity
from apps.contacts.permissions import can_edit_entity
from apps.contacts.services.journal import editing
from apps.core.services.files import Upload, keep_upload
from apps.core.services.operations import snapshot

if TYPE_CHECKING:
    from apps.accounts.models import User


def add_attachment(*, actor: User, entity: Entity, upload: Upload, now: datetime) -> Attachment:
    """Keep a file with the contact. Raises PermissionDenied, InTrash, ValidationError."""
    if not can_edit_entity(actor, entity):
        raise PermissionDenied
    stored, bare = keep_upload(upload, now=now)
    with editing([entity], actor=actor, verb="attachment.added", now=now) as edit:
        made = Attachment.objects.create(entity=entity, file=stored, name=bare, created_at=now, created_by=actor)
        edit.created(made, entity.pk)
    return made


def remove_attachment(*, actor: User, attachment: Attachment, now: datetime) -> int | None:
    """Take a file off the contact's page; returns the operation to undo, None if it was gone already."""
    with editing([attachment.entity_id], actor=actor, verb="attachment.removed", now=now) as edit:
        locked = Attachment.objects.select_for_update().get(pk=attachment.pk)
        if locked.removed_at is not None:
            return None
        before = snapshot(locked)
        locked.removed_at = now
        locked.save(update_fields=["removed_at"])
        edit.updated(locked, before, locked.entity_id)
    return edit.recorder.operation.pk
