"""Accounts of dealers: what they owe, how it came about line by line, how old it is.

Balances are sums of `LedgerMonth`, plus the entries of the month at hand where a day within it is asked for. What is
above zero the dealer owes. Announced compensations stand beside a balance, never in it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from apps.crm.models import Compensation, DealerPlant, LedgerEntry, LedgerMonth, Plant

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.crm.models.ledger import LedgerEntryQuerySet

ZERO = Decimal(0)
LINES = 200  # of a page
USUAL_MONTHS = 3
Place = tuple[date, int]  # of a line in its account: its day and id
AGES = (30, 60, 90)  # days; older than the last is the fourth bucket


@dataclass(frozen=True, slots=True)
class Account:
    """One of a dealer's accounts as it stands; `credit_limit` None: not told."""

    plant: Plant
    currency: str
    credit_limit: Decimal | None
    announced: Decimal
    months: tuple[tuple[date, Decimal], ...]  # what each month added, the oldest first

    @property
    def balance(self) -> Decimal:
        return sum((added for _month, added in self.months), ZERO)

    @property
    def key(self) -> str:
        return f"{self.plant.pk}-{self.currency}"

    @property
    def credit_left(self) -> Decimal | None:
        return None if self.credit_limit is None else self.credit_limit - self.balance


@dataclass(frozen=True, slots=True)
class Line:
    entry: LedgerEntry
    balance: Decimal | None  # after it; None where only some of the lines are shown


@dataclass(frozen=True, slots=True)
class Statement:
    """The movements of a period, or a page of them: `opening` + the lines == `closing`, to the cent."""

    opening: Decimal
    lines: list[Line] = field(default_factory=list)
    closing: Decimal = ZERO
    next_key: str = ""  # where the next page begins; "" at the end
    is_carried: bool = False  # `opening` is what the page before ended with
    is_filtered: bool = False  # of one order: no balances


def accounts_of(dealer_id: int) -> list[Account]:
    """All accounts of a dealer, by plant and currency; four queries."""
    limits = {(row.plant_id, row.currency): row.credit_limit for row in DealerPlant.objects.filter(dealer=dealer_id)}
    months: dict[tuple[int, str], list[tuple[date, Decimal]]] = defaultdict(list)
    for row in LedgerMonth.objects.filter(dealer=dealer_id).order_by("month"):
        months[row.plant_id, row.currency].append((row.month, row.charged + row.paid))
    waiting = Compensation.objects.filter(dealer=dealer_id, entry=None).values("plant", "currency")
    announced = {(row["plant"], row["currency"]): row["all"] for row in waiting.annotate(all=Sum("amount"))}
    keys = {*limits, *months, *announced}
    plants = Plant.objects.in_bulk([plant_id for plant_id, _currency in keys])
    return [
        Account(plants[key[0]], key[1], limits.get(key), announced.get(key, ZERO), tuple(months.get(key, ())))
        for key in sorted(keys, key=lambda key: (plants[key[0]].position if key[0] in plants else 0, key))
        if key[0] in plants
    ]


def lines_of(user: User, dealer_id: int, account: Account) -> LedgerEntryQuerySet:
    """The account's lines in their order."""
    seen = LedgerEntry.objects.visible_to(user)
    return seen.filter(dealer=dealer_id, plant=account.plant, currency=account.currency).order_by("booked_on", "pk")


def statement(
    lines: LedgerEntryQuerySet,
    *,
    account: Account,
    start: date,
    end: date,
    after: Place | None = None,
    most: int | None = LINES,
) -> Statement:
    """The movements from `start` to `end`, both included, with the balance after each; `most` None: all of them.

    `after` is the last line of the page before.
    """
    if after is not None and after[0] < start:
        after = None
    opening = balance_before(lines, account=account, day=start if after is None else after[0])
    if after is not None:
        same_day = lines.order_by().filter(booked_on=after[0], pk__lte=after[1])
        opening += same_day.aggregate(all=Sum("amount"))["all"] or ZERO
    found, next_key = _page(lines.filter(booked_on__range=(start, end)), after, most)
    balance, shown = opening, []
    for entry in found:
        balance += entry.amount
        shown.append(Line(entry, balance))
    return Statement(opening, shown, balance, next_key=next_key, is_carried=after is not None)


def usual_start(today: date) -> date:
    """Where a statement begins that nobody chose a time for: with the month before last."""
    day = today.replace(day=1)
    for _month in range(USUAL_MONTHS - 1):
        day = (day - timedelta(days=1)).replace(day=1)
    return day


def of_order(
    lines: LedgerEntryQuerySet, number: str, *, after: Place | None = None, most: int | None = LINES
) -> Statement:
    """The lines that belong to an order of this number, whenever they were booked."""
    found, next_key = _page(lines.filter(order__number__iexact=number), after, most)
    return Statement(ZERO, [Line(entry, None) for entry in found], next_key=next_key, is_filtered=True)


def of_news(lines: LedgerEntryQuerySet, since: datetime, *, after: Place | None = None) -> Statement:
    """The lines that came to us after a moment, whatever day they were booked on."""
    found, next_key = _page(lines.filter(received_at__gt=since), after, LINES)
    return Statement(ZERO, [Line(entry, None) for entry in found], next_key=next_key, is_filtered=True)


def count_news(lines: LedgerEntryQuerySet, since: datetime) -> int:
    return lines.order_by().filter(received_at__gt=since).count()


def _page(lines: LedgerEntryQuerySet, after: Place | None, most: int | None) -> tuple[list[LedgerEntry], str]:
    """The lines behind a place, and the key of the place after which there are more."""
    if after is not None:
        day, pk = after
        lines = lines.filter(Q(booked_on__gt=day) | Q(booked_on=day, pk__gt=pk), booked_on__gte=day)
    found = list(lines.select_related("order", "compensation")[: most and most + 1])
    if most is None or len(found) <= most:
        return found, ""
    last = found[most - 1]
    return found[:most], f"{last.booked_on.isoformat()}_{last.pk}"


def balance_before(lines: LedgerEntryQuerySet, *, account: Account, day: date) -> Decimal:
    """What the account stood at when `day` began."""
    first = day.replace(day=1)
    before = sum((added for month, added in account.months if month < first), ZERO)
    if day == first:
        return before
    within = lines.order_by().filter(booked_on__gte=first, booked_on__lt=day).aggregate(all=Sum("amount"))
    return before + (within["all"] or ZERO)


def curve_of(account: Account) -> list[tuple[date, Decimal]]:
    """The balance at the end of each month with movements."""
    curve, balance = [], ZERO
    for month, added in account.months:
        balance += added
        curve.append((month, balance))
    return curve


def curve_for_chart(curve: list[tuple[date, Decimal]]) -> str:
    """For `<line-chart>`: the same figures, as text, so that none is rounded on its way."""
    values = [str(balance) for _month, balance in curve]
    labels = [f"{month:%Y-%m}" for month, _balance in curve]
    return json.dumps({"labels": labels, "series": [{"name": _("Balance"), "values": values}]}, ensure_ascii=False)


def ages_of(lines: LedgerEntryQuerySet, balance: Decimal, *, today: date) -> list[Decimal]:
    """How old what is owed is: up to 30, 60, 90 days, and older; payments settle the oldest charges first."""
    edges = [today - timedelta(days=days) for days in AGES]
    within = [Q(booked_on__gt=edges[0]), Q(booked_on__gt=edges[1], booked_on__lte=edges[0])]
    within.append(Q(booked_on__gt=edges[2], booked_on__lte=edges[1]))
    charged = lines.order_by().filter(booked_on__gt=edges[2], amount__gt=0)
    sums = charged.aggregate(**{f"age_{number}": Sum("amount", filter=each) for number, each in enumerate(within)})
    left, ages = max(balance, ZERO), []
    for number in range(len(AGES)):
        part = min(sums[f"age_{number}"] or ZERO, left)
        ages.append(part)
        left -= part
    return [*ages, left]
