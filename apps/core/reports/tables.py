"""A report as a table: of a page with its links, and of a file."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.reports import Measure
from apps.core.reports.asked import Asked
from apps.core.reports.cells import cell_url
from apps.core.reports.figures import Figures, Line, Value


@dataclass(frozen=True, slots=True)
class ShownCell:
    """`url` is "" where there is nothing to open; `before` is the figure of the period before."""

    title: Any
    text: str
    url: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class ShownLine:
    title: str
    cells: list[ShownCell]
    is_total: bool = False


def shown_lines(key: str, asked: Asked, figures: Figures, earlier: Figures | None) -> list[ShownLine]:
    """Those of the page, the total last."""
    names = titles_of(asked, figures)
    before = {line.key: line for line in earlier.lines} if earlier and not asked.by.in_order else {}
    lines = [_shown(key, asked, line, names[place], before.get(line.key)) for place, line in enumerate(figures.lines)]
    total = _shown(key, asked, figures.total, _("In all"), earlier.total if earlier else None, is_total=True)
    return [*lines, total]


def _shown(key: str, asked: Asked, line: Line, title: str, before: Line | None, *, is_total: bool = False) -> ShownLine:
    cells = []
    for place, measure in enumerate(asked.report.measures):
        value = line.values[place]
        url = cell_url(key, asked, measure, line=line.key, is_total=is_total) if value else ""
        was = show(measure, before.values[place]) if before else ""
        cells.append(ShownCell(measure.title, show(measure, value), url, was))
    return ShownLine(title, cells, is_total)


def titles_of(asked: Asked, figures: Figures) -> list[str]:
    """What the lines are called, in their order."""
    names = asked.by.names([line.key for line in figures.lines if line.key is not None])
    return [str(names.get(line.key, asked.by.nothing)) for line in figures.lines]


def show(measure: Measure, value: Value) -> str:
    if value is None:
        return "–"
    if measure.unit == "hours":
        hours = round(float(value), 1)
        return _("%(number)s h") % {"number": number_format(hours, 1)}
    if measure.unit == "days":
        days = round(float(value), 1)
        return ngettext("%(number)s day", "%(number)s days", int(days)) % {"number": number_format(days, 1)}
    if measure.unit == "money":
        return str(number_format(_cents(value), 2, use_l10n=True, force_grouping=True))
    return str(number_format(value, force_grouping=True))


def _cents(value: int | float | Decimal) -> Decimal:
    """Rounded as the figures of boards and forecasts are."""
    return Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP)


def file_titles(asked: Asked) -> list[object]:
    units = {"hours": _("hours"), "days": _("days")}
    titles = [
        f"{each.title} ({units[each.unit]})" if each.unit in units else str(each.title)
        for each in asked.report.measures
    ]
    return [str(asked.by.title), *titles]


def file_rows(asked: Asked, figures: Figures) -> list[list[Any]]:
    """The lines and the total, as numbers."""
    units = [each.unit for each in asked.report.measures]

    def numbers(line: Line) -> list[Value]:
        pairs = zip(units, line.values, strict=True)
        return [_cents(value) if unit == "money" and value is not None else value for unit, value in pairs]

    rows = [[title, *numbers(line)] for title, line in zip(titles_of(asked, figures), figures.lines, strict=True)]
    return [*rows, [_("In all"), *numbers(figures.total)]]


def chart_of(key: str, asked: Asked, figures: Figures, *, most: int = 40) -> dict[str, Any]:
    """For `<line-chart>`: the lines along the axis, each measure a series, with the addresses of its figures."""
    lines = figures.lines[:most]
    kind = "line" if asked.by.in_order and asked.report.chart == "bar" and len(lines) > 12 else asked.report.chart
    places = [place for place, each in enumerate(asked.report.measures) if each.in_chart]
    series = []
    for place in places:
        measure = asked.report.measures[place]
        series.append(
            {
                "name": str(measure.title),
                "values": [str(line.values[place] or 0) for line in lines],
                "urls": [cell_url(key, asked, measure, line=line.key) if line.values[place] else "" for line in lines],
            }
        )
    return {"kind": kind, "labels": titles_of(asked, figures)[:most], "series": series}
