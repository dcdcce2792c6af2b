"""A report on paper: what its PDF is set of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.core.documents import render
from apps.core.reports.asked import Asked
from apps.core.reports.figures import Figures
from apps.core.reports.tables import show, titles_of

_TEMPLATE = Path(__file__).parents[1] / "documents" / "report.typ"


def paper_of(asked: Asked, figures: Figures) -> bytes:
    """The PDF in the active language, for workers (see `render`). Raises DocumentFailed."""
    return render(_TEMPLATE, _data(asked, figures))


def _data(asked: Asked, figures: Figures) -> dict[str, Any]:
    measures = asked.report.measures
    first = [float(line.values[0] or 0) for line in figures.lines]
    most = max(first, default=0.0)
    rows = [
        {
            "title": title,
            "share": max(0.0, number / most) if most > 0 else 0.0,
            "cells": [show(measure, value) for measure, value in zip(measures, line.values, strict=True)],
        }
        for title, line, number in zip(titles_of(asked, figures), figures.lines, first, strict=True)
    ]
    total = [show(measure, value) for measure, value in zip(measures, figures.total.values, strict=True)]
    return {
        "house": {
            "name": settings.RAPPORT_NAME,
            "main": settings.RAPPORT_BRAND_MAIN,
            "accent": settings.RAPPORT_BRAND_ACCENT,
            "website": settings.RAPPORT_SITE_URL,
        },
        "language": (get_language() or "en").split("-")[0],
        "title": str(asked.report.title),
        "subtitle": str(asked.period),
        "made": date_format(localtime(figures.as_of), "SHORT_DATETIME_FORMAT"),
        "page_of": _("Page %(number)s of %(count)s") % {"number": "{n}", "count": "{m}"},
        "facts": [{"label": str(title), "values": [value]} for title, value in asked.narrowed()],
        "head": [str(asked.by.title), *(str(each.title) for each in measures)],
        "rows": rows,
        "total": {"title": _("In all"), "cells": total},
        "nothing": _("Nothing to count"),
        "notes": [str(note) for note in (asked.report.note,) if note],
    }
