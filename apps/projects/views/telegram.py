"""The way of a Telegram export into a project: upload, preview with its speakers, progress, report, undo."""

from __future__ import annotations

import csv
import io

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.contacts.formats.cells import defuse
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.core.models import Operation
from apps.core.selectors import describe
from apps.core.toasts import toast
from apps.projects.doors import number
from apps.projects.models import Group
from apps.projects.services import telegram_undo, telegram_uploads
from apps.projects.telegram.reading import NotAnExport
from apps.projects.telegram_forms import ExportForm, SpeakersForm

_SHOWN = 50


@staff_required
@require_http_methods(["GET", "POST"])
def telegram_upload(request: Request) -> HttpResponse:
    form = ExportForm(request.POST, request.FILES) if request.method == "POST" else ExportForm()
    if request.method == "POST" and form.is_valid():
        try:
            sealed = telegram_uploads.stage(actor=request.user, upload=form.cleaned_data["upload"], now=clock.now())
        except ValidationError as error:
            form.add_error("upload", error.messages)
        else:
            return redirect("projects:telegram_preview", sealed=sealed)
    mine = Operation.objects.filter(actor=request.user, verb=telegram_uploads.IMPORTED).order_by("-pk")[:_SHOWN]
    context = {"form": form, "imports": [(each, describe(each, now=clock.now())) for each in mine]}
    return render_page(request, "projects/telegram_upload.html", context, status=422 if form.errors else 200)


@staff_required
@require_http_methods(["GET", "POST"])
def telegram_preview(request: Request, sealed: str) -> HttpResponse:
    """What is in it, and who its speakers are; then it begins."""
    found = telegram_uploads.staged(sealed, actor=request.user)
    if found is None:
        raise Http404
    try:
        told = telegram_uploads.preview(found, number=number(request.GET.get("chat")))
    except (NotAnExport, OSError) as error:
        raise Http404 from error
    form = SpeakersForm(request.POST or None, user=request.user, preview=told)
    if request.method == "POST" and form.is_valid():
        operation = telegram_uploads.begin(
            actor=request.user,
            found=found,
            number=told.number,
            title=form.cleaned_data["title"],
            people=form.people(),
            now=clock.now(),
        )
        return redirect("projects:telegram_report", operation_id=operation.pk)
    context = {"form": form, "told": told, "name": found.name, "chat": told.number, "rows": form.rows()}
    return render_page(request, "projects/telegram_preview.html", context, status=422 if form.errors else 200)


@staff_required
@require_GET
def telegram_report(request: Request, operation_id: int) -> HttpResponse:
    """How far it is, then what came of it."""
    found = _own(request, operation_id)
    now, result = clock.now(), found.result
    group = Group.objects.visible_to(request.user).filter(pk=result.get("group") or 0).first()
    context = {
        "operation": describe(found, now=now),
        "import": found,
        "result": result,
        "group": group,
        "rejections": result.get("rejections", [])[:_SHOWN],
        "missing": result.get("missing", [])[:_SHOWN],
        "may_take_back": telegram_undo.can_take_back(request.user, found, now=now),
    }
    return render_page(request, "projects/telegram_report.html", context)


@staff_required
@require_GET
def telegram_rejections(request: Request, operation_id: int) -> HttpResponse:
    """What did not come in, as a table for a spreadsheet."""
    result = _own(request, operation_id).result
    buffer = io.StringIO()
    table = csv.writer(buffer, lineterminator="\r\n")
    table.writerow([_("Entry"), _("What"), _("Reason")])
    table.writerows([place, _("Message"), defuse(str(reason))] for place, reason in result.get("rejections", []))
    table.writerows(["", _("File"), defuse(f"{_('It is missing')}: {name}")] for name in result.get("missing", []))
    response = HttpResponse("\ufeff" + buffer.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="telegram-import.csv"'
    return response


@staff_required
@require_POST
def telegram_take_back(request: Request, operation_id: int) -> HttpResponse:
    found = _own(request, operation_id)
    try:
        begun = telegram_undo.begin_taking_back(actor=request.user, done=found, now=clock.now())
    except ValidationError as error:
        toast(request, " ".join(error.messages), kind="danger")
        return redirect("projects:telegram_report", operation_id=found.pk)
    return redirect("projects:telegram_report", operation_id=begun.pk)


def _own(request: Request, operation_id: int) -> Operation:
    verbs = (telegram_uploads.IMPORTED, telegram_undo.TAKEN_BACK)
    rows = Operation.objects.filter(actor=request.user, verb__in=verbs).select_related("actor")
    return get_object_or_404(rows, pk=min(operation_id, 2**63 - 1))
