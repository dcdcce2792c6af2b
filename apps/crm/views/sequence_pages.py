"""A sequence for all colleagues: who is in it, at which step, and how it went with those who were."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from apps.accounts.decorators import staff_required
from apps.accounts.permissions import is_manager
from apps.core import clock
from apps.core.clock import company_day
from apps.core.htmx import Request, render_page
from apps.crm.models import Sequence
from apps.crm.selectors.sequence_pages import ACTIVE, SHOWN, enrolments, figures, lines

_A_PAGE = 50


@staff_required
@require_GET
def sequence_page(request: Request, sequence_id: int) -> HttpResponse:
    sequence = get_object_or_404(Sequence, pk=sequence_id)
    wanted, number = request.GET.get("show", ACTIVE), request.GET.get("step", "")
    shown = wanted if wanted in SHOWN else ACTIVE
    step = int(number) if number.isdecimal() and len(number) < 4 and int(number) else None
    rows = enrolments(sequence, reader=request.user, shown=shown, step=step)
    page = Paginator(rows, _A_PAGE).get_page(request.GET.get("page"))
    context = {
        "sequence": sequence,
        "figures": figures(sequence, reader=request.user),
        "shown": shown,
        "step": step,
        "page": page,
        "lines": lines(list(page), reader=request.user, on=company_day(clock.now())),
        "may_edit": is_manager(request.user),
        "here": request.get_full_path(),
    }
    return render_page(request, "crm/sequence.html", context)
