"""Files and links of a group: brought one by one, and served by their id to whoever may read their message."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.decorators import staff_required
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.projects.doors import enter, number, project_of
from apps.projects.models import Attachment, Group, MessageLink
from apps.projects.part_forms import FilesForm, PartsForm
from apps.projects.project_tabs import project_tabs
from apps.projects.selectors.groups import title_of
from apps.projects.selectors.missed import decisions_of
from apps.projects.selectors.parts import files_of, links_of, senders_of
from apps.projects.services import attaching
from apps.projects.serving import send, send_thumbnail


@staff_required
@require_POST
def file_bring(request: Request, group_id: int) -> HttpResponse:
    """One file that is to go with a message: {"sealed", "name", "kind"}, or in words why not."""
    found, _member = enter(request.user, group_id)
    return bring(request, found)


@staff_required
@require_GET
def file(request: Request, group_id: int, file_id: int) -> HttpResponse | FileResponse:
    """The file itself; `save` hands it over as a download, which all but pictures and voices always are."""
    return send(request, _attachment(request, group_id, file_id))


@staff_required
@require_GET
def file_thumbnail(request: Request, group_id: int, file_id: int) -> HttpResponse | FileResponse:
    return send_thumbnail(request, _attachment(request, group_id, file_id))


@staff_required
@require_GET
def group_files(request: Request, group_id: int) -> HttpResponse:
    """The files of a group, the newest first: a tab of a project, a sheet over the chat of any group."""
    found, _member = enter(request.user, group_id)
    senders = senders_of(request.user, found, Attachment.objects.visible_to(request.user))
    form = FilesForm(request.GET, senders=senders)
    rows, before = files_of(request.user, found, wanted=form.wanted(), before=number(request.GET.get("before")))
    return _parts(request, found, "files", form, {"files": rows, "before": before})


@staff_required
@require_GET
def group_links(request: Request, group_id: int) -> HttpResponse:
    """The addresses that messages of a group name, in the same two places."""
    found, _member = enter(request.user, group_id)
    senders = senders_of(request.user, found, MessageLink.objects.visible_to(request.user))
    form = PartsForm(request.GET, senders=senders)
    rows, before = links_of(request.user, found, wanted=form.wanted(), before=number(request.GET.get("before")))
    return _parts(request, found, "links", form, {"links": rows, "before": before})


def _parts(request: Request, group: Group, tab: str, form: PartsForm, rows: dict[str, object]) -> HttpResponse:
    asked = request.GET.copy()
    asked.pop("before", None)
    context = rows | {
        "group": group,
        "title": title_of(group, request.user),
        "form": form,
        "asked": asked.urlencode(),
        "narrowed": bool(form.wanted()),
        "tabs": project_tabs(group.pk, tab) if project_of(group) else [],
    }
    fragment = "rows" if "before" in request.GET else "sheet" if request.htmx.target == "sheet" else "found"
    return render_page(request, f"projects/{tab}.html", context, fragment=fragment)


@staff_required
@require_GET
def group_decisions(request: Request, group_id: int) -> HttpResponse:
    """What was decided in a group, the latest first."""
    found, member = enter(request.user, group_id)
    context = {
        "group": found,
        "title": title_of(found, request.user),
        "decisions": decisions_of(found, member),
    }
    return render_page(request, "projects/decisions.html", context, fragment="sheet")


def _attachment(request: Request, group_id: int, file_id: int) -> Attachment:
    readable = Attachment.objects.visible_to(request.user).select_related("file", "thumbnail")
    return get_object_or_404(readable, group_id=group_id, pk=file_id)


def bring(request: Request, group: Group) -> HttpResponse:
    """Keep the file of this request for a message in `group`; {"sealed", "name", "kind"}, or in words why not."""
    upload = request.FILES.get("file")
    if upload is None:
        return _refused(_("There is no file."))
    try:
        kept = attaching.bring_file(
            actor=request.user,
            group=group,
            upload=upload,
            seconds=number(request.POST.get("seconds")),
            now=clock.now(),
        )
    except ValidationError as error:
        return _refused(" ".join(error.messages))
    sealed = attaching.seal(kept, actor=request.user, group=group)
    return JsonResponse({"sealed": sealed, "name": kept.name, "kind": kept.kind})


def _refused(words: str) -> HttpResponse:
    return HttpResponse(words, status=422, content_type="text/plain; charset=utf-8")
