"""Files that were brought for a message which was never sent leave the disk."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import DatabaseError, transaction
from django.db.models import ForeignObjectRel, Q

from apps.core.models import File, Operation
from apps.core.services import files
from apps.projects.models import Attachment, BroughtFile
from apps.projects.services.attaching import WAITS
from apps.projects.services.telegram_uploads import IMPORTED

_BATCH = 500
_GRACE = timedelta(days=1)  # beyond the time that a seal is good for


def sweep_brought_files(*, now: datetime) -> int:
    """Look at what was brought too long ago to be sent any more: what nothing refers to goes. Returns how many files.

    A row goes together with its files or not at all: begun again after a break-off it goes on where it was.
    """
    swept, last, before = 0, 0, now - WAITS - _GRACE
    old = BroughtFile.objects.filter(brought_at__lt=before).order_by("pk")
    while rows := list(old.filter(pk__gt=last).values_list("pk", "file")[:_BATCH]):
        last = rows[-1][0]
        for _row, file_id in rows:
            for gone in _sweep(file_id, before):
                if not File.objects.filter(sha256=gone.sha256).exists():
                    files.path(gone).unlink(missing_ok=True)
                swept += 1
    return swept


def _sweep(file_id: int, before: datetime) -> list[File]:
    """The rows of a file whose bytes may leave the disk, once they are gone."""
    try:
        with transaction.atomic():
            return _removed(file_id, before)
    except DatabaseError:  # somebody has begun to use it this very moment
        return []


def _removed(file_id: int, before: datetime) -> list[File]:
    # Whoever brought the same bytes since, or let a worker import them, may still use them.
    rows = list(BroughtFile.objects.filter(file=file_id).order_by("brought_at").select_related("file", "thumbnail"))
    if not rows or rows[-1].brought_at >= before or _waits_for_a_worker(file_id):
        return []
    BroughtFile.objects.filter(pk__in=[row.pk for row in rows]).delete()
    if Attachment.objects.filter(file=file_id).exists():
        return []
    first = rows[0]  # what was there before it is another's
    known = [each for each in (first.file, first.thumbnail) if each is not None and each.created_at >= first.brought_at]
    unused = [each for each in known if not _is_used(each)]
    File.objects.filter(pk__in=[each.pk for each in unused]).delete()
    return unused


def _waits_for_a_worker(file_id: int) -> bool:
    return Operation.objects.unfinished().filter(verb=IMPORTED, parameters__file=file_id).exists()


def _is_used(file: File) -> bool:
    """By a row of any table, or by what background work was given or has made; an import has taken what it needs."""
    work = Operation.objects.filter(Q(result__file=file.pk) | Q(parameters__file=file.pk)).exclude(verb=IMPORTED)
    return any(_refers(relation, file) for relation in _relations()) or work.exists()


def _relations() -> list[ForeignObjectRel]:
    """Also those without a name on this side."""
    fields = File._meta.get_fields(include_hidden=True)
    return [field for field in fields if isinstance(field, ForeignObjectRel) and not field.many_to_many]


def _refers(relation: ForeignObjectRel, file: File) -> bool:
    found: bool = relation.related_model._base_manager.filter(**{relation.field.name: file.pk}).exists()
    return found
