"""Files of an entry: kept with it, named on its row, taken off again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.activities.models import Activity, ActivityFile
from apps.activities.permissions import can_change_activity
from apps.core.services.files import Upload, keep_upload
from apps.core.services.operations import operate, snapshot

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST_FILES = 20


@transaction.atomic
def attach_files(*, actor: User, activity: Activity, uploads: Sequence[Upload], now: datetime) -> None:
    """Keep files with one's own entry, all or none. Raises PermissionDenied, ValidationError under "uploads"."""
    if not uploads:
        return
    if not can_change_activity(actor, activity):
        raise PermissionDenied
    with operate(actor=actor, verb="activity.file_added", now=now) as recorder:
        locked = Activity.objects.select_for_update().get(pk=activity.pk)
        if locked.files.filter(removed_at__isnull=True).count() + len(uploads) > MOST_FILES:
            raise ValidationError({"uploads": _("An entry holds %(most)s files at most.") % {"most": MOST_FILES}})
        for upload in uploads:
            stored, name = keep_upload(upload, now=now)
            made = ActivityFile.objects.create(
                activity=locked, file=stored, name=name, created_at=now, created_by=actor
            )
            recorder.created(made)
        _show(locked)
    activity.facts = locked.facts


@transaction.atomic
def detach_file(*, actor: User, file: ActivityFile, now: datetime) -> int | None:
    """Take a file off its entry; returns the operation to undo, None if it was gone already."""
    if not can_change_activity(actor, file.activity):
        raise PermissionDenied
    with operate(actor=actor, verb="activity.file_removed", now=now) as recorder:
        locked = Activity.objects.select_for_update().get(pk=file.activity_id)
        row = ActivityFile.objects.get(pk=file.pk)
        if row.removed_at is not None:
            return None
        before = snapshot(row)
        row.removed_at = now
        row.save(update_fields=["removed_at"])
        recorder.updated(row, before)
        _show(locked)
    return recorder.operation.pk


def show_files(activity_ids: list[int]) -> None:
    """Let these entries' rows name the files they have, after undo has changed them."""
    bearers = set(ActivityFile.objects.filter(activity__in=activity_ids).values_list("activity", flat=True))
    for activity in Activity.objects.filter(pk__in=activity_ids).order_by("pk"):
        if activity.pk in bearers or "files" in activity.facts:
            _show(activity)


def _show(activity: Activity) -> None:
    """The copy that timelines draw: [[id, name, bytes]]."""
    kept = activity.files.filter(removed_at__isnull=True).order_by("pk").values_list("pk", "name", "file__size")
    shown = [list(each) for each in kept]
    if activity.facts.get("files", []) == shown:
        return
    activity.facts = {key: value for key, value in activity.facts.items() if key != "files"}
    if shown:
        activity.facts["files"] = shown
    activity.save(update_fields=["facts"])
