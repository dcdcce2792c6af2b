"""The report of causes, as a page and as a file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.core.tables import FORMATS, as_table
from apps.crm.drawing.parts import kind_title
from apps.crm.forms.claim_report import NO_PRODUCT, claims_url, read_report
from apps.crm.models import Claim, ClaimCause, Plant
from apps.crm.selectors.claim_causes import NONE, Asked, Report, Row, report_of_causes
from apps.crm.views.claims import claim_tabs, claims_required


@claims_required
@require_GET
def claim_report(request: Request) -> HttpResponse:
    asked = read_report(request.GET, localdate(clock.now()))
    report = report_of_causes(request.user, asked)
    names = _names(asked)
    context = {
        "asked": asked,
        "rows": [_shown(row, names(row), asked, report) for row in [*report.rows, report.total]],
        "causes": report.causes,
        "dimensions": _dimensions(),
        "plants": Plant.objects.order_by("position", "pk"),
        "kinds": Claim.Kind.choices,
        "product": NO_PRODUCT if asked.product == "" else asked.product or "",
        "query": request.GET.urlencode(),
        "tabs": claim_tabs("report"),
    }
    return render_page(request, "crm/claim_report.html", context, fragment="report")


@claims_required
@require_GET
def claim_report_download(request: Request, kind: str) -> HttpResponse:
    if kind not in FORMATS:
        raise Http404
    asked = read_report(request.GET, localdate(clock.now()))
    report = report_of_causes(request.user, asked)
    titles = [_dimensions()[asked.by], _("Claims"), _("Delivered constructions"), _("Claims for 1,000")]
    titles += [*map(str, report.causes), _("Not decided")]
    return as_table(kind, f"claims-by-{asked.by}-{asked.end}", titles, _file_rows(report, asked))


def _file_rows(report: Report, asked: Asked) -> Iterable[list[Any]]:
    names = _names(asked)
    for row in [*report.rows, report.total]:
        numbers = [row.causes.get(cause.pk, 0) for cause in report.causes]
        yield [names(row), row.claims, row.delivered, row.rate, *numbers, row.causes.get(None, 0)]


def _dimensions() -> dict[str, str]:
    return {
        "part": _("Part"),
        "product": _("Product"),
        "plant": _("Plant"),
        "kind": _("What is wrong"),
        "cause": _("Cause"),
        "month": _("Month"),
    }


def _shown(row: Row, title: str, asked: Asked, report: Report) -> dict[str, Any]:
    """Each figure with the list of what it counts; a figure of nothing leads nowhere."""

    def cell(heading: str, number: int, cause: int | str) -> dict[str, Any]:
        return {"title": heading, "number": number, "url": claims_url(asked, row, cause=cause) if number else ""}

    cells = [cell(str(cause), row.causes.get(cause.pk, 0), cause.pk) for cause in report.causes]
    cells.append(cell(_("Not decided"), row.causes.get(None, 0), NONE))
    return {"title": title, "row": row, "url": claims_url(asked, row) if row.claims else "", "cells": cells}


def _names(asked: Asked) -> Any:
    """How rows of this dimension are called."""
    found: dict[Any, str] = {}
    if asked.by == "plant":
        found = dict(Plant.objects.values_list("pk", "name"))
    elif asked.by == "cause":
        found = {cause.pk: str(cause) for cause in ClaimCause.objects.all()}

    def name(row: Row) -> str:
        if row.is_total:
            return _("In all")
        if asked.by == "part":
            return kind_title(row.key) if row.key else _("No part marked")
        if asked.by == "product":
            return row.key or _("No product told")
        if asked.by == "kind":
            return str(Claim.Kind(row.key).label)
        if isinstance(row.key, date):
            return date_format(row.key, "F Y")
        return found.get(row.key) or _("Not decided")

    return name
