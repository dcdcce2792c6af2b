"""Files that were brought for a message which was never sent leave the disk."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import DatabaseError, transaction
from django.db.models import ForeignObjectRel, Q

from apps.core.models import File, Operation
from apps.core.services import files
from apps.projects.models import Attachment, BroughtFile
from apps.projects.services.attaching import WAITS

_BATCH = 500
_GRACE = timedelta(days=1)  # beyond the time that a seal is good for


def sweep_brought_files(*, now: datetime) -> int:
    """Look at what was brought too long ago to be sent any more: what nothing refers to goes. Returns how many files.

    Begun again after a break-off it goes on where it was.
    """
    swept, before = 0, now - WAITS - _GRACE
    old = BroughtFile.objects.filter(brought_at__lt=before).select_related("file", "thumbnail").order_by("pk")
    while rows := list(old[:_BATCH]):
        for row in rows:
            row.delete()
            if not Attachment.objects.filter(file=row.file).exists():
                swept += sum(_remove(each, row) for each in (row.file, row.thumbnail) if each is not None)
    return swept


def _remove(file: File, row: BroughtFile) -> bool:
    # What was there before is another's; whoever brought the same bytes since may still send them.
    if file.created_at < row.brought_at or _is_used(file):
        return False
    try:
        with transaction.atomic():
            File.objects.filter(pk=file.pk).delete()
    except DatabaseError:  # somebody has begun to use it this very moment
        return False
    if not File.objects.filter(sha256=file.sha256).exists():
        files.path(file).unlink(missing_ok=True)
    return True


def _is_used(file: File) -> bool:
    """By a row of any table, or by what background work was given or has made."""
    work = Operation.objects.filter(Q(result__file=file.pk) | Q(parameters__file=file.pk))
    return any(_refers(relation, file) for relation in _relations()) or work.exists()


def _relations() -> list[ForeignObjectRel]:
    """Also those without a name on this side."""
    fields = File._meta.get_fields(include_hidden=True)
    return [field for field in fields if isinstance(field, ForeignObjectRel) and not field.many_to_many]


def _refers(relation: ForeignObjectRel, file: File) -> bool:
    found: bool = relation.related_model._base_manager.filter(**{relation.field.name: file.pk}).exists()
    return found
