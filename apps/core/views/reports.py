"""Reports: which there are, one with its chart and table, the rows behind a figure, files."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.core import clock
from apps.core.contributions import report_pages, reports, works_in_house
from apps.core.home.slots import report_slot
from apps.core.htmx import Request, render_page
from apps.core.reports import Narrowing, Report, ReportPage
from apps.core.reports.asked import Asked, read_asked
from apps.core.reports.cells import FILTER, listing_of, read_cell
from apps.core.reports.figures import Figures, TakesLong, figures_of, forget_figures
from apps.core.reports.periods import OWN, PRESETS
from apps.core.reports.tables import chart_of, file_rows, file_titles, shown_lines
from apps.core.selectors import describe
from apps.core.services import reports as services
from apps.core.tables import FORMATS, as_table
from apps.core.toasts import toast

PAGE_MS = 2000  # so long a page waits for its figures


def staff_only(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @login_required
    @wraps(view)
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not works_in_house(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


@staff_only
@require_GET
def report_index(request: Request) -> HttpResponse:
    groups: dict[str, list[tuple[str, Report | ReportPage]]] = {}
    shelf: list[tuple[str, Report | ReportPage]] = []
    shelf += [(reverse("core:report", args=[key]), each) for key, each in reports.items()]
    shelf += [(reverse(page.url_name), page) for page in report_pages]
    for url, shown in shelf:
        if shown.may_see(request.user):
            groups.setdefault(str(shown.group), []).append((url, shown))
    return render_page(request, "core/reports.html", {"groups": groups})


@staff_only
@require_GET
def report(request: Request, key: str) -> HttpResponse:
    found = report_of(request, key)
    today = clock.company_day(clock.now())
    asked = read_asked(found, request.GET, request.user, today)
    compares = "compare" in request.GET
    context: dict[str, Any] = {
        "key": key,
        "report": found,
        "asked": asked,
        "presets": PRESETS,
        "own": OWN,
        "narrowings": [_offered(request, asked, each) for each in found.narrowings],
        "query": asked.query(),
        "slot": report_slot(key, asked),
        "compares": compares,
        "formats": FORMATS,
    }
    try:
        figures = _figures(request, asked)
        earlier = _figures(request, asked.earlier()) if compares else None
    except TakesLong:
        work = services.begin_counting(
            actor=request.user, key=key, query=asked.query(fixed=True), compares=compares, now=clock.now()
        )
        row = describe(work, now=clock.now())
        context |= {"work": row} if row.is_at_work else {"broken_off": True}
        return render_page(request, "core/report.html", context, fragment="report")
    context |= {
        "figures": figures,
        "lines": shown_lines(key, asked, figures, earlier),
        "earlier": asked.period.before() if earlier else None,
        "chart": json.dumps(chart_of(key, asked, figures)),
    }
    return render_page(request, "core/report.html", context, fragment="report")


@staff_only
@require_POST
def report_anew(request: Request, key: str) -> HttpResponse:
    """Forget the kept figures; what takes long begins in the background again."""
    asked = read_asked(report_of(request, key), request.GET, request.user, clock.company_day(clock.now()))
    forget_figures(request.user, asked)
    compares = "compare" in request.GET
    try:
        _figures(request, asked)
    except TakesLong:
        services.begin_counting(
            actor=request.user,
            key=key,
            query=asked.query(fixed=True),
            compares=compares,
            now=clock.now(),
            again=True,
        )
    return redirect(f"{reverse('core:report', args=[key])}?{asked.query()}{'&compare=1' if compares else ''}")


@staff_only
@require_GET
def report_rows(request: Request, key: str) -> HttpResponse:
    """The rows behind a figure; what is asked stands in the filter `f.of`, so that sorting and paging keep it."""
    found = report_of(request, key)
    query = QueryDict(request.GET.get(f"f.{FILTER}", ""))
    asked = read_asked(found, query, request.user, clock.company_day(clock.now()))
    if "m" not in query:
        return HttpResponseRedirect(reverse("core:report", args=[key]))
    try:
        cell = read_cell(asked, query)
    except (ValueError, OverflowError) as error:
        raise Http404 from error
    page = listing_of(key, found, request.user, cell).page(request, cell.rows(request.user))
    back = f"{reverse('core:report', args=[key])}?{asked.query()}"
    return page.render(request, "core/report_rows.html", {"report": found, "back": back})


@staff_only
@require_GET
def report_file(request: Request, key: str, kind: str) -> HttpResponse:
    found = report_of(request, key)
    if kind not in FORMATS:
        raise Http404
    asked = read_asked(found, request.GET, request.user, clock.company_day(clock.now()))
    try:
        figures = _figures(request, asked)
    except TakesLong:
        toast(request, _("It is counted first. Take the file when the figures stand here."))
        return redirect(f"{reverse('core:report', args=[key])}?{asked.query()}")
    return as_table(kind, f"{key}-{asked.period.last}", file_titles(asked), file_rows(asked, figures))


def _offered(request: Request, asked: Asked, each: Narrowing) -> tuple[Narrowing, Sequence[tuple[str, Any]], str]:
    """A narrowing with its choices, or the one that was picked; and what is chosen."""
    value = asked.chosen.get(each.key, "")
    if each.pick_url_name:
        return each, [(value, asked.words[each.key])] if value else [], value
    return each, each.choices(request.user), value


def report_of(request: Request, key: str) -> Report:
    found = reports.get(key)
    if found is None or not found.may_see(request.user):
        raise Http404(_("There is no such report."))
    return found


def _figures(request: Request, asked: Asked) -> Figures:
    return figures_of(request.user, asked, now=clock.now(), within_ms=PAGE_MS)
