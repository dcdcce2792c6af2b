"""What a dealer ordered, turned over and claimed, month by month."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth
from django.utils.timezone import get_current_timezone, make_aware

from apps.crm.models import Claim, Order

if TYPE_CHECKING:
    from apps.accounts.models import User


@dataclass(slots=True)
class Month:
    month: date
    orders: int = 0
    claims: int = 0
    turnover: dict[str, Decimal] = field(default_factory=dict)  # by currency, of the orders whose amount is known


def report_of(user: User, *, start: date, end: date, sees_money: bool) -> list[Month]:
    """The months between two days, both included, that have anything to tell; oldest first."""
    zone = get_current_timezone()
    between = (make_aware(datetime.combine(start, time.min), zone), make_aware(_end_of(end), zone))
    found: dict[date, Month] = {}

    def month_of(moment: datetime) -> Month:
        day = moment.date()
        return found.setdefault(day, Month(day))

    orders = Order.objects.visible_to(user).filter(received_at__gte=between[0], received_at__lt=between[1])
    by_month = orders.annotate(month=TruncMonth("received_at", tzinfo=zone)).values("month")
    for row in by_month.annotate(number=Count("pk")):
        month_of(row["month"]).orders = row["number"]
    if sees_money:
        of_money = by_month.filter(money__isnull=False).values("month", "money__currency")
        for sums in of_money.annotate(amount=Sum("money__amount")):
            month_of(sums["month"]).turnover[sums["money__currency"]] = sums["amount"]
    claims = Claim.objects.visible_to(user).filter(made_at__gte=between[0], made_at__lt=between[1])
    for row in claims.annotate(month=TruncMonth("made_at", tzinfo=zone)).values("month").annotate(number=Count("pk")):
        month_of(row["month"]).claims = row["number"]
    return [found[month] for month in sorted(found)]


def totals(months: list[Month]) -> dict[str, Any]:
    """The sums below the table."""
    turnover: dict[str, Decimal] = defaultdict(Decimal)
    for month in months:
        for currency, amount in month.turnover.items():
            turnover[currency] += amount
    return {
        "orders": sum(month.orders for month in months),
        "claims": sum(month.claims for month in months),
        "turnover": dict(turnover),
    }


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min)
