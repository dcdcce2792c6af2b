"""Files kept with a contact: added, renamed by nobody, removed and brought back."""

from __future__ import annotations

import mimetypes
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, BinaryIO

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from apps.contacts.models import Attachment, Entity
from apps.contacts.permissions import can_edit_entity
from apps.contacts.services.journal import editing
from apps.core.services import files
from apps.core.services.operations import snapshot

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST_BYTES = 50 * 1024 * 1024


def add_attachment(
    *, actor: User, entity: Entity, name: str, content: BinaryIO, size: int, now: datetime
) -> Attachment:
    """Keep a file with the contact. Raises PermissionDenied, InTrash, ValidationError."""
    if not can_edit_entity(actor, entity):
        raise PermissionDenied
    if size == 0:
        raise ValidationError({"file": _("This file is empty.")})
    if size > MOST_BYTES:
        raise ValidationError({"file": _("A file may have %(size)s MB.") % {"size": MOST_BYTES // 1024 // 1024}})
    bare = PurePath(name.replace("\\", "/").replace("\x00", "")).name.strip()[:255] or _("file")
    kind = mimetypes.guess_type(bare)[0] or "application/octet-stream"
    stored = files.store(content, mime_type=kind, now=now)
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
