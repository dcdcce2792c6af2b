"""Files of a draft: sent here one by one as they are dropped, listed, shown to their writer, removed."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.core import clock
from apps.core.htmx import Request
from apps.core.services import files
from apps.messaging.models import Draft
from apps.messaging.services.draft_files import PICTURES, attach_file, detach_file, settle_documents
from apps.messaging.services.drafts import DraftSent
from apps.messaging.views.drafting import files_of, own_draft, told_saved


@staff_required
@require_http_methods(["GET", "POST"])
def draft_files(request: Request, draft_id: int) -> HttpResponse:
    """GET lists them anew, for who waits for a document; POST attaches one ("file"; with "inline" into the text)."""
    draft = own_draft(request, draft_id)
    if request.method == "GET":
        settle_documents(draft)
        return _list(request, draft)
    upload = request.FILES.get("file")
    if upload is None or upload.file is None:
        return _list(request, draft, problem=_("No file came. Please try again."))
    inline = request.POST.get("inline") == "1"
    try:
        row = attach_file(
            actor=request.user,
            draft=draft,
            content=upload.file,
            filename=upload.name or "file",
            now=clock.now(),
            is_inline=inline,
        )
    except (ValidationError, DraftSent) as error:
        return _list(request, draft, problem=" ".join(getattr(error, "messages", [str(error)])))
    picture = {"src": reverse("messaging:draft_file", args=[draft.pk, row.pk]), "alt": row.filename}
    return _list(request, draft, events={"draft-picture": picture} if inline else None)


@staff_required
@require_GET
def draft_file(request: Request, draft_id: int, file_id: int) -> HttpResponse | FileResponse:
    """A picture to be seen, anything else to be saved; nothing of it runs in our pages."""
    row = get_object_or_404(own_draft(request, draft_id).attachments.select_related("file"), pk=file_id)
    if row.file is None:
        raise Http404
    shown = row.content_type in PICTURES
    response = FileResponse(
        files.open_file(row.file),
        as_attachment=not shown,
        filename=row.filename,
        content_type=row.content_type if shown else "application/octet-stream",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, max-age=300"
    return response


@staff_required
@require_POST
def draft_file_remove(request: Request, draft_id: int, file_id: int) -> HttpResponse:
    draft = own_draft(request, draft_id)
    row = get_object_or_404(draft.attachments, pk=file_id)
    detach_file(actor=request.user, draft=draft, attachment=row, now=clock.now())
    return _list(request, draft)


def _list(request: Request, draft: Draft, *, problem: str = "", events: dict[str, Any] | None = None) -> HttpResponse:
    draft.refresh_from_db()
    context = {"draft": draft, "files": files_of(draft), "problem": problem}
    answer = render(request, "messaging/_draft_files.html", context, status=422 if problem else 200)
    return told_saved(answer, request, draft, **(events or {}))
