"""`/groups/{id}/files`: brought before the message that bears them, listed and read by who may read the message."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import File, Query, Router
from ninja.files import UploadedFile

from apps.accounts.api_auth import TokenAuth, needs_scope
from apps.core import clock
from apps.core.api import PROBLEMS
from apps.core.downloads import as_download
from apps.projects.api.schemas import AttachmentPage, BroughtOut, FileFilters
from apps.projects.api.shared import asking, files_told, key_of
from apps.projects.doors import enter
from apps.projects.models import Attachment
from apps.projects.selectors.parts import Wanted, files_of
from apps.projects.services import attaching

router = Router(tags=["groups"])


@router.get("/{group_id}/files", response={200: AttachmentPage, **PROBLEMS}, summary="List files")
@needs_scope("groups:read")
def list_files(request: HttpRequest, group_id: int, wanted: Query[FileFilters]) -> AttachmentPage:
    """The newest first."""
    group, _member = enter(asking(request), group_id)
    rows, before = files_of(asking(request), group, wanted=Wanted(kind=wanted.kind or ""), before=key_of(wanted.after))
    return AttachmentPage(items=files_told(rows), next=str(before) if before else None)


@router.post(
    "/{group_id}/files",
    auth=TokenAuth("groups:write"),
    response={201: BroughtOut, **PROBLEMS},
    summary="Bring a file for a message",
)
def bring_file(request: HttpRequest, group_id: int, file: File[UploadedFile]) -> HttpResponse:
    """A form with `file`; post a message with its `key` then. Pictures are made small, and lose what cameras write."""
    user = asking(request)
    group, _member = enter(user, group_id)
    kept = attaching.bring_file(actor=user, group=group, upload=file, now=clock.now())
    body = BroughtOut(key=attaching.seal(kept, actor=user, group=group), kind=kept.kind, name=kept.name)
    return HttpResponse(body.model_dump_json(), status=201, content_type="application/json")


@router.get("/{group_id}/files/{file_id}", response={200: bytes, **PROBLEMS}, summary="Read a file")
@needs_scope("groups:read")
def read_file(request: HttpRequest, group_id: int, file_id: int) -> FileResponse:
    """Its bytes."""
    readable = Attachment.objects.visible_to(asking(request)).select_related("file")
    attachment = get_object_or_404(readable, group_id=group_id, pk=file_id)
    try:
        return as_download(attachment.file, attachment.name)
    except FileNotFoundError as error:
        raise Http404 from error
