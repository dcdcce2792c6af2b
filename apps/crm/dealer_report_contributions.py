"""Reports of dealers: claims and how fast they were decided, orders, turnover."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import ExpressionWrapper, F, FloatField, Q, QuerySet
from django.db.models.functions import Extract
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.report_parts import by_person, of_person
from apps.core.contributions import report_pages
from apps.core.reports import Dimension, How, Measure, Narrowing, Report, ReportPage, by_choice, by_month, by_week
from apps.core.reports.cells import register_report
from apps.core.reports.periods import edges
from apps.crm.claim_listing import staff_listing
from apps.crm.doors import deals_with_money, deals_with_orders
from apps.crm.models import Claim, ClaimCause, Dealer, Order, OrderMoney, Plant, Stage
from apps.crm.order_listing import staff_order_listing
from apps.crm.permissions.claims import works_with_claims

if TYPE_CHECKING:
    from apps.accounts.models import User

GROUP = _("Dealers")
_DECIDED, _CLOSED = (
    ExpressionWrapper(Extract(F(end) - F("made_at"), "epoch") / 86400.0, FloatField())
    for end in ("decided_at", "closed_at")
)
_IS_DECIDED, _IS_CLOSED = Q(decided_at__isnull=False), Q(closed_at__isnull=False)


def register() -> None:
    """Called once, when the app is ready."""
    register_report("claims", _claims(), position=60)
    register_report("orders", _orders(), position=70)
    register_report("turnover", _turnover(), position=75)
    causes = ReportPage(
        title=_("Causes of claims"),
        about=_("Of which parts, from what, and how many for 1,000 delivered constructions?"),
        group=GROUP,
        icon="list-search",
        may_see=works_with_claims,
        url_name="crm:claim_report",
    )
    report_pages.register("crm.causes", causes, position=65)
    promises = ReportPage(
        title=_("Promises"),
        about=_("Which days were kept, and where was the time of late orders lost?"),
        group=GROUP,
        icon="calendar-check",
        may_see=deals_with_orders,
        url_name="crm:promise_report",
    )
    report_pages.register("crm.promises", promises, position=80)


def _claims() -> Report:
    return Report(
        title=_("Claims and time to solve"),
        about=_("What do dealers claim, and how long do they wait for a decision and until it is closed?"),
        group=GROUP,
        icon="alert-triangle",
        home_of=("claims",),
        home_query="by=kind&period=this_quarter",
        may_see=works_with_claims,
        rows=_filed,
        dimensions=[
            Dimension(
                key="cause",
                title=_("Cause"),
                expression=F("cause"),
                names=lambda _keys: {cause.pk: str(cause) for cause in ClaimCause.objects.all()},
                nothing=_("Not decided"),
            ),
            by_choice("kind", _("What is wrong"), F("kind"), lambda: dict(Claim.Kind.choices)),
            _by_dealer(),
            _by_plant(),
            by_person("manager"),
            by_month("made_at"),
        ],
        measures=[
            Measure(key="all", title=_("Claims")),
            Measure(key="decided", title=_("Decided"), counts=_IS_DECIDED),
            Measure(key="kept", title=_("Decided in time"), counts=Q(decided_at__lte=F("due_at")), in_chart=False),
            _time("median", _("Half of them decided within")),
            _time("p90", _("Nine of ten decided within")),
            Measure(key="closed", title=pgettext_lazy("claims", "Closed"), counts=_IS_CLOSED, in_chart=False),
            _time("solved", _("Half of them closed within"), value=_CLOSED, counts=_IS_CLOSED),
        ],
        narrowings=[of_person("manager"), _of_plant()],
        listing=lambda _user: staff_listing(),
    )


def _time(key: str, title: Any, *, value: Any = _DECIDED, counts: Q = _IS_DECIDED) -> Measure:
    how: How = "p90" if key == "p90" else "median"
    return Measure(key=key, title=title, counts=counts, how=how, value=value, unit="days", in_chart=False)


def _filed(user: User, first: date, last: date) -> QuerySet[Claim]:
    begin, end = edges(first, last)
    return Claim.objects.visible_to(user).filter(made_at__gte=begin, made_at__lt=end)


def _orders() -> Report:
    return Report(
        title=_("Orders"),
        about=_("Which dealers order how much?"),
        group=GROUP,
        icon="package",
        home_of=("finance", "claims"),
        home_query="by=month&period=this_year",
        may_see=deals_with_orders,
        rows=_received,
        dimensions=_order_dimensions(),
        measures=[
            Measure(key="all", title=_("Orders")),
            Measure(
                key="delivered",
                title=pgettext_lazy("orders", "Delivered"),
                counts=Q(state__stage=Stage.DELIVERED),
            ),
        ],
        narrowings=[_of_plant()],
        listing=lambda user: staff_order_listing(user),
    )


def _turnover() -> Report:
    return Report(
        title=_("Turnover"),
        about=_("What did dealers order for, in one currency?"),
        group=GROUP,
        icon="coins",
        home_of=("finance", "manager"),
        home_query="by=month&period=this_year",
        may_see=deals_with_money,
        rows=lambda user, first, last: _received(user, first, last).filter(money__isnull=False),
        dimensions=_order_dimensions(),
        measures=[
            Measure(key="amount", title=_("Turnover"), how="sum", value=F("money__amount"), unit="money"),
            Measure(key="all", title=_("Orders"), in_chart=False),
        ],
        narrowings=[
            Narrowing(
                key="currency",
                title=_("Currency"),
                choices=lambda _user: [(each, each) for each in _currencies()],
                narrow=lambda found, value: found.filter(money__currency=value),
                required=True,
            ),
            _of_plant(),
        ],
        listing=lambda user: staff_order_listing(user),
    )


def _order_dimensions() -> list[Dimension]:
    products = by_choice("product", _("Product"), F("product"), lambda: {"": _("No product told")})
    return [_by_dealer(), _by_plant(), by_month("received_at"), by_week("received_at"), products]


def _received(user: User, first: date, last: date) -> QuerySet[Order]:
    begin, end = edges(first, last)
    return Order.objects.visible_to(user).filter(received_at__gte=begin, received_at__lt=end)


def _currencies() -> list[str]:
    return sorted(OrderMoney.objects.order_by().values_list("currency", flat=True).distinct())


def _by_dealer() -> Dimension:
    return Dimension(key="dealer", title=pgettext_lazy("order", "Dealer"), expression=F("dealer"), names=_dealers)


def _dealers(keys: Collection[Any]) -> Mapping[Any, Any]:
    return {dealer.pk: dealer.name for dealer in Dealer.objects.filter(pk__in=keys)}


def _by_plant() -> Dimension:
    return Dimension(key="plant", title=_("Plant"), expression=F("plant"), names=lambda _keys: _plants())


def _of_plant() -> Narrowing:
    return Narrowing(
        key="plant",
        title=_("Plant"),
        choices=lambda _user: [(str(pk), name) for pk, name in _plants().items()],
        narrow=lambda found, value: found.filter(plant=int(value)),
    )


def _plants() -> dict[int, str]:
    return dict(Plant.objects.order_by("position", "pk").values_list("pk", "name"))
