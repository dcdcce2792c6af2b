"""Files of a draft: attached, shown within its text, checked by what they are, removed; documents set by a worker."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import IO, TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from apps.core.models import Operation
from apps.core.services import files
from apps.messaging.models import Draft, DraftAttachment
from apps.messaging.services.drafts import touch, writable_draft
from apps.messaging.services.file_types import safe_filename, type_of
from apps.messaging.services.virus_scan import refuse_virus

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.core.models import File

PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")


@transaction.atomic
def attach_file(
    *,
    actor: User,
    draft: Draft,
    content: IO[bytes] | bytes,
    filename: str,
    now: datetime,
    content_type: str = "",
    is_inline: bool = False,
) -> DraftAttachment:
    """Attach a file; its type is told by its content, not by its sender.

    Raises ValidationError under "attachments": too large with the others, a virus, no picture where one is meant.
    """
    locked = writable_draft(actor, draft)
    left = settings.RAPPORT_MAIL_ATTACHMENT_LIMIT - size_of(locked)
    try:
        kept = files.store(content, mime_type=content_type or "application/octet-stream", now=now, limit=max(left, 0))
    except files.FileTooLarge as error:
        raise _too_large() from error
    return add_stored(draft=locked, file=kept, filename=filename, now=now, is_inline=is_inline)


def add_stored(
    *, draft: Draft, file: File, filename: str, now: datetime, is_inline: bool = False, content_id: str = ""
) -> DraftAttachment:
    """Attach a file that is kept already; the caller holds the draft's row. Raises ValidationError as `attach_file`."""
    name = safe_filename(filename)
    with files.open_file(file) as content:
        found = type_of(content.read(4096), name)
    if is_inline and found not in PICTURES:
        raise ValidationError({"attachments": _("%(name)s is no picture that mails can show.") % {"name": name}})
    refuse_virus(files.path(file), name)
    touch(draft, now=now)
    draft.save(update_fields=["version", "modified_at"])
    return DraftAttachment.objects.create(
        draft=draft,
        file=file,
        filename=name,
        content_type=found,
        content_id=(content_id or f"{secrets.token_hex(8)}@rapport") if is_inline else "",
        is_inline=is_inline,
        position=_next_position(draft),
    )


@transaction.atomic
def detach_file(*, actor: User, draft: Draft, attachment: DraftAttachment, now: datetime) -> None:
    """Take a file off the draft; the bytes are swept when nothing else has them."""
    locked = writable_draft(actor, draft)
    if locked.attachments.filter(pk=attachment.pk).delete()[0]:
        touch(locked, now=now)
        locked.save(update_fields=["version", "modified_at"])


@transaction.atomic
def attach_document(*, actor: User, draft: Draft, key: str, record_id: int, now: datetime) -> DraftAttachment:
    """Have the document `key` of this record set by a worker and attached when it is there."""
    from apps.messaging.services.documents import begin_document

    locked = writable_draft(actor, draft)
    same = locked.attachments.filter(document=key, record_id=record_id, error="").first()
    if same is not None:
        return same
    operation = begin_document(actor=actor, key=key, record_id=record_id, language=locked.language, now=now)
    return DraftAttachment.objects.create(
        draft=locked,
        filename=f"{key.partition(':')[0]}.pdf",
        content_type="application/pdf",
        document=key,
        record_id=record_id,
        operation=operation,
        position=_next_position(locked),
    )


def settle_documents(draft: Draft) -> bool:
    """Take in the documents that workers have set since; True where none is waited for any more."""
    waiting = draft.attachments.filter(file=None, error="").exclude(operation=None).select_related("operation")
    is_over = True
    for each in waiting:
        operation = each.operation
        if operation is None or operation.state in (Operation.State.PENDING, Operation.State.RUNNING):
            is_over = False
        elif operation.state == Operation.State.DONE and operation.result.get("file"):
            each.file_id = operation.result["file"]
            each.filename = safe_filename(operation.result.get("name") or each.filename)
            each.save(update_fields=["file", "filename"])
        else:
            each.error = (operation.message or _("The document could not be made."))[:300]
            each.save(update_fields=["error"])
    return is_over


def size_of(draft: Draft) -> int:
    """Bytes of its files so far."""
    return draft.attachments.aggregate(all=Sum("file__size"))["all"] or 0


def _next_position(draft: Draft) -> int:
    return (draft.attachments.aggregate(last=Max("position"))["last"] or 0) + 1


def _too_large() -> ValidationError:
    limit = filesizeformat(settings.RAPPORT_MAIL_ATTACHMENT_LIMIT)
    return ValidationError({"attachments": _("The files of a mail may have %(limit)s in all.") % {"limit": limit}})
