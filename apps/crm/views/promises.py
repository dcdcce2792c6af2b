"""What became of the plants' promises, for staff who deal with orders."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpResponse
from django.utils.timezone import localdate
from django.views.decorators.http import require_GET

from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.crm.doors import orders_required
from apps.crm.forms.promises import read_period
from apps.crm.selectors.promise_report import promise_report as report_of

MONTH = timedelta(days=30)


@orders_required
@require_GET
def promise_report(request: Request) -> HttpResponse:
    """Of a period by the days promised: the last thirty days unless another is asked for."""
    today = localdate(clock.now())
    start, end = read_period(request.GET, default=(today - MONTH, today))
    context = {
        "report": report_of(request.user, start=start, end=end),
        "start": start,
        "end": end,
        "days": _asked(start, end),
    }
    return render_page(request, "crm/promise_report.html", context, fragment="report")


def _asked(start: date, end: date) -> str:
    """The period as the list of orders has it in its address."""
    return f"f.promised={start:%Y-%m-%d}&f.promised={end:%Y-%m-%d}"
