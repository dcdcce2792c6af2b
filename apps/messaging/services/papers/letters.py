"""A business letter with a table, as `letter.typ` sets it; upper apps fill it with their records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel.numbers import format_currency, format_decimal
from django.utils.timezone import localdate
from django.utils.translation import get_language

from apps.core import clock
from apps.messaging.services.liquid.filters import locale_of, shown
from apps.messaging.services.papers.frame import FOLDER, file_name, frame

TEMPLATE = FOLDER / "letter.typ"


def letter(
    title: str,
    *,
    to_title: str,
    to: Sequence[str],
    facts: Sequence[dict[str, Any]],
    table: dict[str, Any],
    before: Sequence[str] = (),
    totals: Sequence[dict[str, Any]] = (),
    after: Sequence[str] = (),
    subtitle: str = "",
) -> dict[str, Any]:
    """The data of a letter: what is said `before` and `after` its table are paragraphs."""
    return {
        **frame(title, today=localdate(clock.now()), subtitle=subtitle),
        "to_title": to_title,
        "to": list(to),
        "facts": list(facts),
        "before": list(before),
        "table": table,
        "totals": list(totals),
        "after": list(after),
    }


def table(titles: Sequence[object], rows: list[list[str]], *, wide: int = 1, from_right: int) -> dict[str, Any]:
    """The column `wide` has the words and takes what room is left; from `from_right` on there are figures."""
    columns = [{"title": str(title), "wide": at == wide, "right": at >= from_right} for at, title in enumerate(titles)]
    return {"columns": columns, "rows": rows}


def total(label: object, value: str, *, strong: bool = False) -> dict[str, Any]:
    return {"label": str(label), "value": value, "strong": strong}


def name_of(data: dict[str, Any]) -> str:
    return file_name(data["title"])


def money(amount: Decimal, currency: str) -> str:
    """In the active language, as all of these."""
    return format_currency(amount, currency, locale=locale_of(language()))


def count(number: int) -> str:
    return format_decimal(number, locale=locale_of(language()))


def day(at: date | datetime) -> str:
    return shown(at, language(), "medium")


def moment(at: datetime) -> str:
    """Day and time by the reader's clock."""
    return f"{shown(at, language(), 'medium')}, {shown(at, language(), 'time')}"


def language() -> str:
    return get_language() or "en"
