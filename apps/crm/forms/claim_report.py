"""What is asked of the report of causes, from an address; and the addresses that it leads to."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.dateparse import parse_date

from apps.crm.models import Claim
from apps.crm.selectors.claim_causes import DIMENSIONS, NONE, Asked, Row

NO_PRODUCT = "—"
_FIRST, _LAST = date(1990, 1, 1), date(2200, 12, 31)
_USUAL_DAYS = 365


def read_report(query: QueryDict, today: date) -> Asked:
    """Take what makes sense; the rest is the usual: by parts, the last year."""
    by = query.get("by", "")
    end = _day(query.get("to", "")) or today
    start = _day(query.get("from", "")) or end - timedelta(days=_USUAL_DAYS)
    plant, kind = query.get("plant", ""), query.get("kind", "")
    product = query.get("product", "").replace("\x00", "").strip()[:120]
    return Asked(
        by=by if by in DIMENSIONS else "part",
        start=min(start, end),
        end=end,
        plant=int(plant) if plant.isdecimal() and len(plant) < 19 else None,
        product=None if not product else "" if product == NO_PRODUCT else product,
        kind=kind if kind in Claim.Kind.values else None,
    )


def claims_url(asked: Asked, row: Row, *, cause: int | str | None = None) -> str:
    """The list of the very claims that a figure counts; `cause` is an id, or "none" for those without."""
    start, end = asked.start, asked.end
    wanted: dict[str, object] = {}
    if asked.plant is not None:
        wanted["plant"] = asked.plant
    if asked.product is not None:
        wanted["product"] = asked.product or NO_PRODUCT
    if asked.kind is not None:
        wanted["kind"] = asked.kind
    if row.key is not None and asked.by == "month":
        start, end = max(start, row.key), min(end, _month_end(row.key))
    elif asked.by in ("part", "cause") and not row.is_total:
        wanted[asked.by] = NONE if row.key is None else row.key
    elif asked.by == "product" and not row.is_total:
        wanted["product"] = row.key or NO_PRODUCT
    elif not row.is_total:
        wanted[asked.by] = row.key
    if cause is not None:
        wanted["cause"] = cause
    pairs = [("f.made", start.isoformat()), ("f.made", end.isoformat())]
    pairs += [(f"f.{key}", str(value)) for key, value in wanted.items()]
    return f"{reverse('crm:claim_list')}?{urlencode(pairs)}"


def _month_end(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _day(text: str) -> date | None:
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and _FIRST <= day <= _LAST else None
