"""The Files tab of a contact."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.decorators import staff_required
from apps.contacts.models import Attachment
from apps.contacts.services.attachments import add_attachment, remove_attachment
from apps.contacts.services.errors import InTrash
from apps.contacts.views.lookups import editable_entity, visible_entity
from apps.core import clock
from apps.core.downloads import as_download
from apps.core.htmx import Request
from apps.core.toasts import toast


@staff_required
@require_POST
def attachment_add(request: Request, entity_id: int) -> HttpResponse:
    entity = editable_entity(request, entity_id)
    uploads = request.FILES.getlist("files")
    if not uploads:
        toast(request, _("Choose a file first."), kind="warning")
    for upload in uploads:
        try:
            add_attachment(actor=request.user, entity=entity, upload=upload, now=clock.now())
        except ValidationError as error:
            toast(request, " ".join(error.messages), kind="danger")
        except InTrash as error:
            toast(request, f"{upload.name}: {error}", kind="danger")
        else:
            toast(request, _("%(name)s was added.") % {"name": upload.name})
    return redirect("contacts:entity_tab", entity_id=entity.pk, tab="files")


@staff_required
@require_GET
def attachment(request: Request, entity_id: int, attachment_id: int) -> FileResponse:
    """The file itself, always as a download: what others brought is not shown as a page of ours."""
    entity = visible_entity(request, entity_id)
    found = get_object_or_404(
        Attachment.objects.select_related("file"), pk=attachment_id, entity=entity, removed_at__isnull=True
    )
    return as_download(found.file, found.name)


@staff_required
@require_POST
def attachment_remove(request: Request, entity_id: int, attachment_id: int) -> HttpResponse:
    entity = visible_entity(request, entity_id)
    found = get_object_or_404(Attachment, pk=attachment_id, entity=entity)
    operation = remove_attachment(actor=request.user, attachment=found, now=clock.now())
    undo = reverse("core:operation_undo", args=[operation]) if operation else ""
    toast(request, _("%(name)s was removed.") % {"name": found.name}, undo_url=undo)
    return redirect("contacts:entity_tab", entity_id=entity.pk, tab="files")
