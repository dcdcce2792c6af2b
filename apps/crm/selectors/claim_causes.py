"""The report of causes: how many claims there were, of which parts, products, plants, and what they came from.

A figure is the number of claims filed within the days, so that it equals the list that it leads to. The rate is that
number for 1,000 constructions of orders delivered within the same days, of the same plant and product, whose dealers
the reader sees as well. A claim that names several parts counts once in the row of each, and once in all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, QuerySet, Value
from django.db.models.functions import Coalesce, Trim, TruncMonth
from django.utils.timezone import get_current_timezone, make_aware

from apps.crm.models import Claim, ClaimCause, Construction, Stage

if TYPE_CHECKING:
    from apps.accounts.models import User

DIMENSIONS = ("part", "product", "plant", "kind", "cause", "month")
NONE = "none"  # the row of claims without a part or cause
MOST_ROWS = 500
PRODUCT = Coalesce(Trim("order__product"), Value(""))  # a disputed line may belong to no order
_OF_CLAIMS: Mapping[str, Any] = {
    "part": F("marks__kind"),
    "product": PRODUCT,
    "plant": F("plant"),
    "kind": F("kind"),
    "cause": F("cause"),
}
_OF_DELIVERED: Mapping[str, Any] = {"product": PRODUCT, "plant": F("plant")}


@dataclass(frozen=True, slots=True)
class Asked:
    """Days are both included; the rest narrows where it isn't None."""

    by: str
    start: date
    end: date
    plant: int | None = None
    product: str | None = None
    kind: str | None = None


@dataclass(slots=True)
class Row:
    """`key` is that of the dimension: "pane", a plant's id, the first day of a month; None: without one."""

    key: Any
    delivered: int = 0
    is_total: bool = False
    causes: dict[int | None, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def claims(self) -> int:
        return sum(self.causes.values())

    @property
    def rate(self) -> Decimal | None:
        """Claims for 1,000 delivered constructions; None where none was delivered."""
        return (Decimal(self.claims * 1000) / self.delivered).quantize(Decimal("0.01")) if self.delivered else None


@dataclass(frozen=True, slots=True)
class Report:
    rows: list[Row]
    total: Row
    causes: list[ClaimCause]  # those that stand in the columns


def report_of_causes(user: User, asked: Asked) -> Report:
    """Four queries. Rows with most claims first; months in their order."""
    claims, delivered = _claims(user, asked), _delivered(user, asked)
    rows: dict[Any, Row] = {}
    for key, cause, number in _counted(claims.annotate(row=_dimension(asked.by, "made_at", _OF_CLAIMS)), "cause"):
        rows.setdefault(key, Row(key)).causes[cause] += number
    total = Row(None, is_total=True)
    for cause, number in claims.order_by().values_list("cause").annotate(number=Count("pk")):
        total.causes[cause] = number
    total.delivered = delivered.count()
    if asked.by in _OF_DELIVERED or asked.by == "month":
        grouped = delivered.annotate(row=_dimension(asked.by, "order__state__delivered_at", _OF_DELIVERED))
        for key, number in _counted(grouped):
            rows.setdefault(key, Row(key)).delivered = number
    else:
        for row in rows.values():
            row.delivered = total.delivered
    found = list(rows.values())
    found.sort(key=lambda row: (row.key,) if asked.by == "month" else (-row.claims, str(row.key)))
    shown = set(total.causes) - {None}
    causes = [each for each in ClaimCause.objects.order_by("position", "pk") if not each.retired_at or each.pk in shown]
    return Report(found[:MOST_ROWS], total, causes)


def _claims(user: User, asked: Asked) -> QuerySet[Claim]:
    begin, end = _edges(asked)
    found = Claim.objects.visible_to(user).filter(made_at__gte=begin, made_at__lt=end)
    if asked.kind is not None:
        found = found.filter(kind=asked.kind)
    return _narrow(found, asked)


def _delivered(user: User, asked: Asked) -> QuerySet[Construction]:
    begin, end = _edges(asked)
    within = {"order__state__delivered_at__gte": begin, "order__state__delivered_at__lt": end}
    seen = Construction.objects.visible_to(user).filter(order__state__stage=Stage.DELIVERED, **within)
    return _narrow(seen, asked)


def _narrow(found: QuerySet[Any], asked: Asked) -> QuerySet[Any]:
    if asked.plant is not None:
        found = found.filter(plant=asked.plant)
    if asked.product is not None:
        found = found.alias(product=PRODUCT).filter(product=asked.product)
    return found


def _dimension(by: str, moment: str, known: Mapping[str, Any]) -> Any:
    return TruncMonth(moment, tzinfo=get_current_timezone()) if by == "month" else known[by]


def _counted(found: QuerySet[Any], *beside: str) -> Iterable[tuple[Any, ...]]:
    grouped = found.order_by().values_list("row", *beside).annotate(number=Count("pk", distinct=True))
    for row, *others in grouped:
        yield (row.date() if isinstance(row, datetime) else row, *others)


def _edges(asked: Asked) -> tuple[datetime, datetime]:
    zone = get_current_timezone()
    after = asked.end + timedelta(days=1)
    return make_aware(datetime.combine(asked.start, time.min), zone), make_aware(
        datetime.combine(after, time.min), zone
    )
