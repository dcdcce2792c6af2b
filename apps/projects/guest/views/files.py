"""Files and links of a project for a guest: brought into the chat, listed, and served by their id."""

from __future__ import annotations

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_POST

from apps.core.database_roles import as_house
from apps.core.htmx import Request, render_page
from apps.projects.doors import enter, number
from apps.projects.guest.doors import guest_required
from apps.projects.guest.pages import page_context
from apps.projects.models import Attachment
from apps.projects.selectors.parts import guest_files, guest_links
from apps.projects.serving import send, send_thumbnail
from apps.projects.views.files import bring


@guest_required("chat")
@require_POST
def file_bring(request: Request, group_id: int) -> HttpResponse:
    """One file that is to go with a message."""
    found, _member = enter(request.user, group_id)
    with as_house():
        return bring(request, found)


@guest_required("chat", "files")
@require_GET
def file(request: Request, group_id: int, file_id: int) -> HttpResponse | FileResponse:
    return send(request, _attachment(request, group_id, file_id))


@guest_required("chat", "files")
@require_GET
def file_thumbnail(request: Request, group_id: int, file_id: int) -> HttpResponse | FileResponse:
    return send_thumbnail(request, _attachment(request, group_id, file_id))


@guest_required("files")
@require_GET
def group_files(request: Request, group_id: int) -> HttpResponse:
    """The newest first, by kind; further pages with `before`."""
    kind = request.GET.get("kind", "")
    rows, before = guest_files(request.user, group_id, kind=kind, before=number(request.GET.get("before")))
    context = page_context(request.user, "files")
    context |= {"files": rows, "kind": kind, "kinds": Attachment.Kind.choices, "before": before}
    return render_page(request, "guest/files.html", context, fragment="rows" if "before" in request.GET else "files")


@guest_required("links")
@require_GET
def group_links(request: Request, group_id: int) -> HttpResponse:
    """The newest first; further pages with `before`."""
    rows, before = guest_links(request.user, group_id, before=number(request.GET.get("before")))
    context = page_context(request.user, "links") | {"links": rows, "before": before}
    return render_page(request, "guest/links.html", context, fragment="rows" if "before" in request.GET else "links")


def _attachment(request: Request, group_id: int, file_id: int) -> Attachment:
    readable = Attachment.objects.visible_to(request.user).select_related("file", "thumbnail")
    return get_object_or_404(readable, group_id=group_id, pk=file_id)
