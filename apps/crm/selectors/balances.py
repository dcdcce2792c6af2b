"""What a balance is made of: the one before a period, and the movements of the period, by the order they belong to.

`opening` + the groups == `closing`, to the cent, for every account and every line of it: a property test holds it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat, NullIf

from apps.crm.models import Claim, Compensation, LedgerEntry, Order
from apps.crm.selectors.settlements import ZERO, Account, Place, balance_before

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.crm.models.ledger import LedgerEntryQuerySet

GROUPS = 100  # of a page


@dataclass(frozen=True, slots=True)
class Span:
    """From the beginning of `start` to the end of `end`, or to the line `upto`, which is booked on `end`.

    `is_whole`: nothing is booked later, so that it ends with the account's own balance.
    """

    start: date
    end: date
    upto: Place | None = None
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The movements of an order, of one that isn't there (by its key), or of a kind that belongs to none."""

    key: str  # "o12", "kA-1001", "tpayment"
    title: str
    order_id: int | None  # of an order that the reader may open
    amount: Decimal
    number: int
    first: date
    last: date

    @property
    def is_order(self) -> bool:
        return not self.key.startswith("t")


@dataclass(frozen=True, slots=True)
class Balance:
    """`groups` are a page of them; `moved` is the sum of all."""

    opening: Decimal
    moved: Decimal
    closing: Decimal
    groups: list[Group]
    number: int  # of groups in all


def balance_at(lines: LedgerEntryQuerySet, account: Account, span: Span) -> Decimal:
    """What the account stood at when the span ends."""
    if span.is_whole:
        return account.balance
    if span.upto is None:
        return balance_before(lines, account=account, day=span.end + timedelta(days=1))
    that_day = lines.order_by().filter(booked_on=span.end, pk__lte=span.upto[1]).aggregate(all=Sum("amount"))
    return balance_before(lines, account=account, day=span.end) + (that_day["all"] or ZERO)


def movements(lines: LedgerEntryQuerySet, span: Span) -> QuerySet[Any]:
    """The lines of the span in their order, each with the group that it stands in (`group`)."""
    found = lines.filter(booked_on__range=(span.start, span.end))
    if span.upto is not None:
        found = found.filter(Q(booked_on__lt=span.end) | Q(pk__lte=span.upto[1]))
    return _grouped(found)


def explain(lines: LedgerEntryQuerySet, *, account: Account, span: Span, page: int = 1, most: int = GROUPS) -> Balance:
    """The parts of a balance, the groups that began first first; `page` counts from one."""
    every = movements(lines, span).order_by().values("group")
    sums = every.annotate(
        amount=Sum("amount"), number=Count("pk"), first=Min("booked_on"), last=Max("booked_on"), known=Max("order_key")
    ).order_by("first", "group")
    rows = list(sums[(page - 1) * most : page * most + 1])
    whole: dict[str, Any] = {"moved": sum((row["amount"] for row in rows), ZERO), "number": len(rows)}
    if page > 1 or len(rows) > most:
        whole = movements(lines, span).order_by().aggregate(moved=Sum("amount"), number=Count("group", distinct=True))
    return Balance(
        balance_before(lines, account=account, day=span.start),
        whole["moved"] or ZERO,
        balance_at(lines, account, span),
        _named(rows[:most]),
        whole["number"],
    )


def announced(user: User, dealer_id: int, account: Account) -> list[Compensation]:
    """What was decided and accounting hasn't booked: beside the balance."""
    found = Compensation.objects.visible_to(user).filter(dealer=dealer_id, entry=None)
    found = found.filter(plant=account.plant, currency=account.currency)
    return list(found.select_related("claim").order_by("announced_at", "pk"))


def _grouped(lines: LedgerEntryQuerySet) -> QuerySet[Any]:
    """A line that names a claim stands where that belongs: with the order claimed of, or the line disputed."""
    claims = Claim.objects.filter(number=OuterRef("claim_number"), dealer=OuterRef("dealer"))

    def of_claim(path: str) -> Subquery:
        return Subquery(claims.values(path)[:1])

    names: dict[str, Any] = {
        "of_order": Coalesce(
            "order_id", of_claim("order_id"), of_claim("entry__order_id"), output_field=BigIntegerField()
        ),
        "of_key": Coalesce(
            NullIf("order_key", Value("")),
            NullIf(of_claim("entry__order_key"), Value("")),
            output_field=CharField(),
        ),
        "of_kind": Coalesce(of_claim("entry__kind"), "kind", output_field=CharField()),
    }
    return lines.annotate(**names).annotate(
        group=Case(
            When(of_order__isnull=False, then=_said("o", "of_order")),
            When(of_key__isnull=False, then=_said("k", "of_key")),
            default=_said("t", "of_kind"),
        )
    )


def _said(sign: str, name: str) -> Any:
    return Concat(Value(sign), Cast(name, CharField()), output_field=CharField())


def _named(rows: Sequence[Mapping[str, Any]]) -> list[Group]:
    orders = Order.objects.in_bulk([int(row["group"][1:]) for row in rows if row["group"][0] == "o"])
    kinds = dict(LedgerEntry.Kind.choices)
    found = []
    for row in rows:
        sign, rest = row["group"][0], row["group"][1:]
        order = orders.get(int(rest)) if sign == "o" else None
        titles = {"o": order.number if order else row["known"], "k": rest, "t": str(kinds.get(rest, rest))}
        counted = (row["amount"], row["number"], row["first"], row["last"])
        found.append(Group(row["group"], titles[sign], order.pk if order else None, *counted))
    return found
