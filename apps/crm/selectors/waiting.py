"""What waits for us: one list, oldest first, and how much of it lies with whom."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Value
from django.urls import reverse

from apps.accounts.models import User
from apps.crm.models import Claim, Inquiry, Order, OrderMoney, OrderState, Stage

if TYPE_CHECKING:
    from django.db.models import QuerySet

KINDS = ("message", "price", "claim", "order")
PAGE = 100
_RECENT = timedelta(days=90)  # an order that got no price by then gets none


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits since `since`; `kind` is one of KINDS, "order" being an order without a price."""

    kind: str
    since: datetime
    title: str
    dealer: str
    manager_id: int | None
    manager: str
    url: str


@dataclass(frozen=True, slots=True)
class WaitingPage:
    rows: list[Waiting]
    total: int
    by_kind: dict[str, int]
    by_manager: list[tuple[int | None, str, int]]  # the most burdened first


def what_waits(user: User, *, now: datetime, kind: str = "", manager: int | None = None) -> WaitingPage:
    """The oldest PAGE of what `user` sees; `manager` narrows to one colleague's, 0 to nobody's."""
    sources = _sources(user, now)
    numbers = {key: _numbers(found, key) for key, found in sources.items()}
    shown = [key for key in sources if kind in ("", key)]
    rows = [row for key in shown for row in _rows(key, _of_manager(sources[key], key, manager))]
    rows.sort(key=lambda row: row.since)
    by_kind = {
        key: sum(number for pk, number in each.items() if manager is None or (pk or 0) == manager)
        for key, each in numbers.items()
    }
    total = sum(by_kind[key] for key in shown)
    return WaitingPage(rows[:PAGE], total, by_kind, _burdens(sum(numbers.values(), Counter())))


def waiting_number(user: User, *, now: datetime) -> int:
    """How much lies with `user`, in one question."""
    first, *others = (
        _of_manager(found, key, user.pk).order_by().values(what=Value(key)).annotate(number=Count("pk"))
        for key, found in _sources(user, now).items()
    )
    return sum(row["number"] for row in first.union(*others, all=True))


def _sources(user: User, now: datetime) -> dict[str, QuerySet[Any]]:
    inquiries = Inquiry.objects.visible_to(user).waiting()
    priced = OrderMoney.objects.filter(order=OuterRef("pk"))
    under_way = OrderState.objects.filter(order=OuterRef("pk"), stage__lt=Stage.DELIVERED, is_cancelled=False)
    orders = Order.objects.visible_to(user).approved().filter(received_at__gt=now - _RECENT)
    return {
        "message": inquiries.filter(kind=Inquiry.Kind.MESSAGE),
        # Once the plant has sent the price, nobody waits for it any more.
        "price": inquiries.filter(~Exists(OrderMoney.objects.filter(order=OuterRef("order"))), kind=Inquiry.Kind.PRICE),
        "claim": Claim.objects.visible_to(user).undecided(),
        "order": orders.filter(~Exists(priced), Exists(under_way)),
    }


def _path(kind: str) -> str:
    return "dealer__manager" if kind == "order" else "manager"


def _of_manager(found: QuerySet[Any], kind: str, manager: int | None) -> QuerySet[Any]:
    if manager is None:
        return found
    path = _path(kind)
    return found.filter(**({f"{path}__isnull": True} if manager == 0 else {path: manager}))


def _numbers(found: QuerySet[Any], kind: str) -> Counter[int | None]:
    """How many lie with whom."""
    return Counter(dict(found.order_by().values_list(_path(kind)).annotate(number=Count("pk"))))


def _burdens(numbers: Counter[int | None]) -> list[tuple[int | None, str, int]]:
    names = {user.pk: str(user) for user in User.objects.filter(pk__in=[pk for pk in numbers if pk])}
    ranked = sorted(numbers.items(), key=lambda pair: (-pair[1], pair[0] or 0))
    return [(pk, names.get(pk or 0, ""), number) for pk, number in ranked]


def _rows(kind: str, found: QuerySet[Any]) -> list[Waiting]:
    match kind:
        case "claim":
            claims: QuerySet[Claim] = found.select_related("dealer", "manager").order_by("made_at", "pk")
            return [
                Waiting(kind, each.made_at, each.number, each.dealer.name, *_who(each.manager), _at("claim", each.pk))
                for each in claims[:PAGE]
            ]
        case "order":
            orders: QuerySet[Order] = found.select_related("dealer__manager").order_by("received_at", "pk")
            return [
                Waiting(
                    *(kind, each.received_at, each.number, each.dealer.name),
                    *_who(each.dealer.manager),
                    _at("order_thread", each.pk),
                )
                for each in orders[:PAGE]
            ]
    inquiries: QuerySet[Inquiry] = found.select_related("dealer", "order", "claim", "manager")
    return [
        Waiting(kind, each.opened_at, _about(each), each.dealer.name, *_who(each.manager), _thread(each))
        for each in inquiries.order_by("opened_at", "pk")[:PAGE]
    ]


def _who(user: User | None) -> tuple[int | None, str]:
    return (user.pk, str(user)) if user else (None, "")


def _about(inquiry: Inquiry) -> str:
    about = inquiry.claim or inquiry.order
    return about.number if about else ""


def _thread(inquiry: Inquiry) -> str:
    if inquiry.claim_id is not None:
        return _at("claim_thread", inquiry.claim_id)
    if inquiry.order_id is not None:
        return _at("order_thread", inquiry.order_id)
    return _at("dealer_thread", inquiry.dealer_id)


def _at(route: str, pk: int) -> str:
    return reverse(f"crm:{route}", args=[pk])
