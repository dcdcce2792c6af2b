"""The print-out of days: asked for, waited for, fetched."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.decorators import staff_required
from apps.activities.services.printing import VERB, begin_print
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.core.models import File, Operation
from apps.core.selectors import describe
from apps.core.services import files
from apps.core.sheets import page_before
from apps.core.toasts import toast


@staff_required
@require_POST
def agenda_print(request: Request) -> HttpResponse:
    """Begin a print-out of `days` days from `first` on (today, where that can't be read)."""
    now = clock.now()
    try:
        first = date.fromisoformat(request.POST.get("first", ""))
    except ValueError:
        first = localdate(now)
    days = request.POST.get("days", "1")
    try:
        operation = begin_print(
            actor=request.user, first=first, days=int(days) if days.isdecimal() and len(days) < 4 else 1, now=now
        )
    except ValidationError as error:
        toast(request, " ".join(error.messages), kind="danger")
        return redirect(page_before(request, reverse("activities:calendar")))
    return redirect("activities:agenda", operation.pk)


@staff_required
@never_cache
@require_GET
def agenda(request: Request, operation_id: int) -> HttpResponse:
    """How the print-out stands; at its end the file."""
    operation = _own(request, operation_id)
    context = {
        "operation": describe(operation, now=clock.now()),
        "is_ready": "file" in operation.result,
        "name": operation.result.get("name", ""),
    }
    return render_page(request, "activities/agenda_print.html", context, fragment="agenda-print")


@staff_required
@never_cache
@require_GET
def agenda_file(request: Request, operation_id: int) -> FileResponse:
    operation = _own(request, operation_id)
    if "file" not in operation.result:
        raise Http404
    stored = File.objects.filter(pk=operation.result["file"]).first()  # its door is the operation, which is one's own
    if stored is None:
        raise Http404
    response = FileResponse(
        files.open_file(stored), as_attachment=True, filename=operation.result["name"], content_type="application/pdf"
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _own(request: Request, operation_id: int) -> Operation:
    if operation_id >= 2**63:
        raise Http404
    found = Operation.objects.of(request.user).filter(verb=VERB, pk=operation_id).first()
    if found is None:
        raise Http404
    return found
