"""Cards of Home: each by itself, and which to have in what order."""

from __future__ import annotations

import json
from typing import Any

from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.core import clock
from apps.core.home.slots import Slot, offered_slots, slot_of, slots_of
from apps.core.htmx import Request, render_page
from apps.core.models import HomeLayout
from apps.core.reports.figures import TakesLong, figures_of
from apps.core.reports.tables import chart_of, shown_lines
from apps.core.services import home as services
from apps.core.services.reports import begin_counting
from apps.core.sheets import close_sheet, way_back
from apps.core.toasts import toast
from apps.core.views.reports import PAGE_MS, staff_only

CHART_LINES = 12


@staff_only
@require_GET
def home_card(request: Request) -> HttpResponse:
    """The card of the slot in the query."""
    slot = slot_of(request.user, request.GET.get("slot", ""))
    if slot is None:
        raise Http404
    context: dict[str, Any] = {"slot": slot}
    if slot.card:
        context["content"] = _content(request, slot)
    else:
        context |= _report(request, slot)
    return render_page(request, "core/home_card.html", context, fragment="card")


def _content(request: Request, slot: Slot) -> str:
    if slot.card is None:
        return ""
    if not slot.card.kept_seconds:
        return slot.card.render(request)
    key = f"core:home:{request.user.pk}:{get_language()}:{slot.key}"
    kept: str | None = cache.get(key)
    if kept is None:
        kept = slot.card.render(request)
        cache.set(key, kept, slot.card.kept_seconds)
    return kept


def _report(request: Request, slot: Slot) -> dict[str, Any]:
    """Its figures as a small chart; while they are still counted, the card asks again."""
    asked = slot.asked(request.user)
    if asked is None:
        raise Http404
    now = clock.now()
    try:
        figures = figures_of(request.user, asked, now=now, within_ms=PAGE_MS)
    except TakesLong:
        query = asked.query(fixed=True)
        work = begin_counting(actor=request.user, key=slot.report_key, query=query, compares=False, now=now)
        return {"asked": asked, "is_counting": work.finished_at is None, "is_broken_off": work.finished_at is not None}
    chart = json.dumps(chart_of(slot.report_key, asked, figures, most=CHART_LINES))
    total = shown_lines(slot.report_key, asked, figures, None)[-1]
    return {"asked": asked, "figures": figures, "total": total, "chart": chart}


@staff_only
@require_http_methods(["GET", "POST"])
def home_choose(request: Request) -> HttpResponse:
    """Which cards, in which order; or those of one's roles again."""
    if request.method == "POST":
        if request.POST.get("save") == "usual":
            services.take_usual_cards(actor=request.user)
        else:
            services.choose_cards(actor=request.user, slots=request.POST.getlist("slots"))
        return close_sheet(request, "/")
    chosen = slots_of(request.user)
    context = {
        "chosen": chosen,
        "others": offered_slots(request.user, chosen),
        "is_own": HomeLayout.objects.filter(user=request.user.pk).exists(),
    }
    return render_page(request, "core/home_choose.html", context, fragment="sheet")


@staff_only
@require_POST
def home_add(request: Request) -> HttpResponse:
    """From a report's page: have it on Home as it stands."""
    slot = request.POST.get("slot", "")
    if slot_of(request.user, slot) is None:
        raise Http404
    try:
        services.add_card(actor=request.user, slot=slot)
    except services.HomeIsFull:
        toast(request, _("Home has as many cards as it can hold. Take one away first."), kind="danger")
    else:
        toast(request, _("It stands on your Home now."))
    return redirect(way_back(request))
