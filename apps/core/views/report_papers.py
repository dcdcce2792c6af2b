"""Reports as PDFs: asked for, waited for, opened; each is its asker's alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from apps.core import clock
from apps.core.contributions import reports
from apps.core.htmx import Request, render_page
from apps.core.models import Operation
from apps.core.reports.asked import read_asked
from apps.core.selectors import describe
from apps.core.services import files
from apps.core.services import reports as services
from apps.core.views.reports import report_of, staff_only

if TYPE_CHECKING:
    from apps.accounts.models import User

_MOST_KEY = 2**63


@staff_only
@require_POST
def report_print(request: Request, key: str) -> HttpResponse:
    """Of what the report's page shows: its address is asked for in the query of this one."""
    now = clock.now()
    asked = read_asked(report_of(request, key), request.GET, request.user, clock.company_day(now))
    operation = services.begin_paper(actor=request.user, key=key, query=asked.query(fixed=True), now=now)
    return redirect("core:report_paper", operation.pk)


@staff_only
@never_cache
@require_GET
def report_paper(request: Request, operation_id: int) -> HttpResponse:
    """How it stands; once it is there, the PDF itself."""
    operation = _own(request.user, operation_id)
    if services.paper_file(operation):
        return redirect("core:report_pdf", operation.pk)
    report = reports.get(operation.parameters.get("report", ""))
    context = {"operation": describe(operation, now=clock.now()), "title": report.title if report else ""}
    return render_page(request, "core/report_paper.html", context, fragment="paper")


@staff_only
@never_cache
@require_GET
def report_pdf(request: Request, operation_id: int) -> FileResponse:
    found = services.paper_file(_own(request.user, operation_id))
    if found is None:
        raise Http404
    stored, name = found
    try:
        content = files.open_file(stored)
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(content, filename=name, content_type="application/pdf")
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _own(user: User, operation_id: int) -> Operation:
    mine = Operation.objects.of(user).filter(verb=services.PAPER, pk=operation_id)
    found = mine.first() if operation_id < _MOST_KEY else None
    if found is None:
        raise Http404
    return found
