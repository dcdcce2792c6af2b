"""Boards of opportunities, moved by hand, with what others move meanwhile; and the forecast by month."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.accounts.decorators import staff_required
from apps.core import clock
from apps.core.clock import company_day
from apps.core.htmx import Request, render_page
from apps.crm.forms.opportunities import ForecastForm, OpportunityFilterForm
from apps.crm.models import Pipeline, PipelineStage
from apps.crm.models.pipelines import PipelineQuerySet
from apps.crm.selectors.opportunities import Month, OpportunityFilter, board_of, cards_of, forecast, more_of

BOARD = "crm/opportunity_board.html"
_MOST_IDS = 200


@staff_required
@require_GET
def opportunity_boards(request: Request) -> HttpResponse:
    """The first pipeline's board."""
    first = _pipelines().first()
    if first is None:
        return render_page(request, "crm/journey_none.html", {})
    return redirect("crm:opportunity_board", pipeline_id=first.pk)


@staff_required
@require_GET
def opportunity_board(request: Request, pipeline_id: int) -> HttpResponse:
    """`column` and `after` ask for a column's next cards, `cards` for those of these opportunities."""
    found = Pipeline.objects.filter(purpose=Pipeline.Purpose.OPPORTUNITY)
    pipeline = get_object_or_404(found, pk=pipeline_id)
    form = OpportunityFilterForm(request.GET, user=request.user)
    wanted, now = form.wanted(), clock.now()
    column, after, cards = (request.GET.get(name, "") for name in ("column", "after", "cards"))
    query = request.GET.copy()
    for name in ("column", "after", "cards"):
        query.pop(name, None)
    context: dict[str, Any] = {
        "pipeline": pipeline,
        "query": query.urlencode(),
        "move_url": reverse("crm:opportunity_move", args=[0]),
    }
    if after:
        stages = PipelineStage.objects.select_related("pipeline")
        stage = get_object_or_404(stages, pk=_number(column), pipeline=pipeline)
        further = more_of(request.user, stage, wanted, after, now=now)
        return render_page(request, BOARD, context | {"column": further}, fragment="more")
    if cards:
        ids = [pk for each in cards.split(",")[:_MOST_IDS] if (pk := _number(each))]
        patch = cards_of(request.user, pipeline, wanted, ids, now=now)
        return render_page(request, BOARD, context | {"board": patch}, fragment="board")
    board = board_of(request.user, pipeline, wanted, now=now)
    context |= {"form": form, "board": board, "tabs": _tabs(pipeline)}
    return render_page(request, BOARD, context, fragment="board")


@staff_required
@require_GET
def opportunity_forecast(request: Request) -> HttpResponse:
    """What is expected and what was won, by month; each figure leads to the list of what it counts."""
    today = company_day(clock.now())
    usual = {"first": today.replace(day=1) - timedelta(days=90), "last": today.replace(day=1) + timedelta(days=270)}
    form = ForecastForm({**usual, **request.GET.dict()}, user=request.user)
    first, last = form.span(**usual)
    wanted = form.wanted()
    months = forecast(request.user, wanted, first=first, last=last)
    context = {
        "form": form,
        "rows": [_row(month, wanted, first, last) for month in months],
        "charts": _charts(months),
    }
    return render_page(request, "crm/opportunity_forecast.html", context, fragment="forecast")


def _row(month: Month, wanted: OpportunityFilter, first: date, last: date) -> dict[str, Any]:
    """With the addresses of the rows that it counts."""
    asked = {"owner": wanted.owner, "team": wanted.team, "q": wanted.words}
    common: dict[str, Any] = {key: value for key, value in asked.items() if value}
    if month.month is None:
        return {"month": month, "url": _list(common | {"outcome": "open", "undated": "yes"}), "won_url": ""}
    end = (month.month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    begin, end = max(month.month, first), min(end, last)
    span = [begin.isoformat(), end.isoformat()]
    return {
        "month": month,
        "url": _list(common | {"outcome": "open", "expected": span}),
        "won_url": _list(common | {"outcome": "won", "closed": span}),
    }


def _list(query: dict[str, Any]) -> str:
    named = {key if key == "q" else f"f.{key}": value for key, value in query.items()}
    return f"{reverse('crm:opportunity_list')}?{urlencode(named, doseq=True)}"


def _charts(months: Sequence[Month]) -> list[dict[str, Any]]:
    """One a currency: full, weighted and won by month."""
    dated = [each for each in months if each.month is not None]
    currencies = sorted({amount.currency for each in dated for amount in [*each.expected, *each.won]})
    charts = []
    for currency in currencies:
        lines: dict[str, list[str]] = {_("Expected"): [], _("Weighted"): [], _("Won"): []}
        for each in dated:
            expected = next((amount for amount in each.expected if amount.currency == currency), None)
            won = next((amount for amount in each.won if amount.currency == currency), None)
            figures = (
                expected.full if expected else 0,
                expected.weighted if expected else 0,
                won.full if won else 0,
            )
            for line, figure in zip(lines.values(), figures, strict=True):
                line.append(str(figure))
        labels = [date_format(each.month, "M Y") for each in dated if each.month is not None]
        series = [{"name": name, "values": values} for name, values in lines.items()]
        charts.append({"currency": currency, "data": json.dumps({"labels": labels, "series": series})})
    return charts


def _pipelines() -> PipelineQuerySet:
    return Pipeline.objects.offered().filter(purpose=Pipeline.Purpose.OPPORTUNITY).order_by("position", "pk")


def _tabs(pipeline: Pipeline) -> list[dict[str, Any]]:
    return [
        {
            "title": each.title,
            "url": reverse("crm:opportunity_board", args=[each.pk]),
            "is_current": each.pk == pipeline.pk,
            "count": None,
        }
        for each in _pipelines()
    ]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0
