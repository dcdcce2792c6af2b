"""What stands on every paper of the house: `frame` is the part of a document's data that all templates read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.core.text import transliterate
from apps.messaging.services.liquid.filters import shown

FOLDER = Path(__file__).parents[2] / "documents"


def frame(title: str, *, today: date, subtitle: str = "") -> dict[str, Any]:
    """Name and colours of the house, the title, the day and the words of the foot, in the active language."""
    language = (get_language() or "en").split("-")[0]
    return {
        "house": {
            "name": settings.RAPPORT_NAME,
            "main": settings.RAPPORT_BRAND_MAIN,
            "accent": settings.RAPPORT_BRAND_ACCENT,
            "website": settings.RAPPORT_SITE_URL,
        },
        "language": language,
        "title": title,
        "subtitle": subtitle,
        "made": shown(today, language),
        "page_of": _("Page %(number)s of %(count)s") % {"number": "{n}", "count": "{m}"},
    }


def fact(label: object, values: str | Iterable[str]) -> dict[str, Any]:
    """One name with what is known under it; `facts` drops those without."""
    lines = [values] if isinstance(values, str) else list(values)
    return {"label": str(label), "values": [line for line in lines if line]}


def facts(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for row in rows if row["values"]]


def file_name(*words: str) -> str:
    """A file's name without its ending, in plain letters: some mail programs mangle others."""
    return slugify(transliterate(" ".join(words)))[:80] or "document"
