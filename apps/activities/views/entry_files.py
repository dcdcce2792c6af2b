"""Files of an entry."""

from __future__ import annotations

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.decorators import staff_required
from apps.activities.models import Activity, ActivityFile
from apps.activities.services.entry_files import detach_file
from apps.core import clock
from apps.core.downloads import as_download
from apps.core.htmx import Request
from apps.core.sheets import page_before
from apps.core.toasts import toast


@staff_required
@require_GET
def activity_file(request: Request, activity_id: int, file_id: int) -> FileResponse:
    found = _file(request, activity_id, file_id)
    return as_download(found.file, found.name)


@staff_required
@require_POST
def activity_file_remove(request: Request, activity_id: int, file_id: int) -> HttpResponse:
    found = _file(request, activity_id, file_id)
    operation = detach_file(actor=request.user, file=found, now=clock.now())
    undo = reverse("core:operation_undo", args=[operation]) if operation else ""
    toast(request, _("%(name)s was removed.") % {"name": found.name}, undo_url=undo)
    return redirect(page_before(request, reverse("activities:all")))


def _file(request: Request, activity_id: int, file_id: int) -> ActivityFile:
    entry = get_object_or_404(Activity.objects.visible_to(request.user).live(), pk=activity_id)
    return get_object_or_404(entry.files.select_related("file"), pk=file_id, removed_at__isnull=True)
