"""The way of a file into the contacts: upload, preview, progress, report."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.decorators import staff_required
from apps.contacts.formats.cells import defuse
from apps.contacts.formats.records import UnreadableFile
from apps.contacts.forms.imports import DELIMITERS, ENCODINGS, ChoicesForm, UploadForm, chosen_files
from apps.contacts.models import Import, ImportRejection
from apps.contacts.services.imports.background import TRIAL, AlreadyStarted, begin_import, begin_trial
from apps.contacts.services.imports.previewing import preview
from apps.contacts.services.imports.reviews import waiting
from apps.contacts.services.imports.uploads import Upload, UploadRefused, choose, stage_upload
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.core.models import Operation
from apps.core.selectors import describe

_SHOWN_IMPORTS = 50
_SHOWN_REJECTIONS = 50


@staff_required
@require_http_methods(["GET", "POST"])
def import_upload(request: Request) -> HttpResponse:
    """The drop zone, and one's own imports so far."""
    form = UploadForm(request.POST or None, request.FILES or None) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        uploads = [Upload(each.name or "", each) for each in form.cleaned_data["upload"]]
        try:
            staged = stage_upload(actor=request.user, uploads=uploads, now=clock.now())
        except UploadRefused as refused:
            form.add_error("upload", refused.reasons)
        else:
            return redirect("contacts:import_detail", import_id=staged.pk)
    mine = Import.objects.visible_to(request.user).select_related("operation", "folder").order_by("-pk")
    context = {"form": form, "imports": mine[:_SHOWN_IMPORTS]}
    return render_page(request, "contacts/imports/upload.html", context, status=422 if form.errors else 200)


@staff_required
@require_http_methods(["GET", "POST"])
def import_detail(request: Request, import_id: int) -> HttpResponse:
    """One import: its preview until it is started, then how it stands, then what came of it."""
    found = _own(request, import_id)
    if found.operation is not None:
        return _report(request, found)
    form = ChoicesForm(request.POST or None, user=request.user, initial=_chosen(found))
    if request.method == "POST" and form.is_valid():
        try:
            return _take_choices(request, found, form)
        except AlreadyStarted:
            return redirect("contacts:import_detail", import_id=found.pk)
    return _preview(request, found, form)


@staff_required
@require_GET
def import_rejections(request: Request, import_id: int) -> HttpResponse:
    """Every record that did not come in, as a table for a spreadsheet."""
    found = _own(request, import_id)
    rows = ImportRejection.objects.filter(contact_import=found).order_by("pk")
    head = [_("File"), _("Record"), _("Line"), _("Reason"), _("Excerpt")]

    def lines() -> Any:
        yield "\ufeff" + _csv_line(head)
        for row in rows.iterator(chunk_size=2000):
            yield _csv_line([row.file_name, row.index, row.line or "", row.reason, row.excerpt])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    name = slugify(found.file_name.rpartition(".")[0]) or "import"
    response["Content-Disposition"] = f'attachment; filename="{name}-rejections.csv"'
    return response  # type: ignore[return-value]  # a response all the same


def _own(request: Request, import_id: int) -> Import:
    rows = Import.objects.visible_to(request.user).select_related("operation", "folder", "file")
    return get_object_or_404(rows, pk=min(import_id, 2**63 - 1))


def _chosen(found: Import) -> dict[str, Any]:
    return {
        "folder": found.folder_id,
        "duplicates": found.duplicates,
        "overwrite": found.overwrite,
        "region": found.options.get("region", ""),
        "make_users": found.options.get("make_users", False),
    }


def _take_choices(request: Request, found: Import, form: ChoicesForm) -> HttpResponse:
    """Keep what was chosen; then start, try, or look again, by the button that was pressed."""
    values = form.cleaned_data
    choose(
        actor=request.user,
        contact_import=found,
        folder=values["folder"],
        duplicates=values["duplicates"],
        overwrite=values["overwrite"],
        region=values["region"],
        make_users=values.get("make_users", False),
        chosen_files=chosen_files(request.POST, found.options.get("files", [])),
    )
    match request.POST.get("do"):
        case "start":
            begin_import(actor=request.user, contact_import=found, now=clock.now())
        case "try":
            begin_trial(actor=request.user, contact_import=found, now=clock.now())
    return redirect("contacts:import_detail", import_id=found.pk)


def _preview(request: Request, found: Import, form: ChoicesForm) -> HttpResponse:
    try:
        files, error = preview(found), ""
    except UnreadableFile as unreadable:
        files, error = [], str(unreadable)
    trial = (
        Operation.objects.filter(actor=request.user, verb=TRIAL, parameters__import_id=found.pk).order_by("-pk").first()
    )
    context = {
        "import": found,
        "form": form,
        "files": files,
        "hidden_files": max(len(found.options.get("files", [])) - len(files), 0),
        "can_start": any(not each.error for each in files),
        "encodings": ENCODINGS,
        "delimiters": DELIMITERS,
        "chosen": {each["name"]: each for each in found.options.get("files", [])},
        "error": error,
        "trial": describe(trial, now=clock.now()) if trial else None,
    }
    return render_page(request, "contacts/imports/preview.html", context, status=422 if form.errors else 200)


def _report(request: Request, found: Import) -> HttpResponse:
    if found.operation is None:
        raise PermissionDenied
    rejections = ImportRejection.objects.filter(contact_import=found).order_by("pk")
    context = {
        "import": found,
        "operation": describe(found.operation, now=clock.now()),
        "rejections": rejections[:_SHOWN_REJECTIONS],
        "more_rejections": max(found.rejected - _SHOWN_REJECTIONS, 0),
        "rejections_url": reverse("contacts:import_rejections", args=[found.pk]),
        "waiting": waiting(found).count(),
        "newest_url": reverse("contacts:list_tab", args=["all"]) + "?sort=-created",
    }
    return render_page(request, "contacts/imports/report.html", context)


def _csv_line(cells: list[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow([defuse(str(cell)) for cell in cells])
    return buffer.getvalue()
