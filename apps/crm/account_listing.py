"""The overview of settlements: every account of every dealer, with its balance."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.listing import ChoiceFilter, Column, Empty, Listing
from apps.core.listing.filters import Choices
from apps.core.markup import fill, record_url
from apps.crm.balance_links import balance_address
from apps.crm.drawing.figures import awaited, money
from apps.crm.fed_columns import fed_columns
from apps.crm.models import DealerPlant, LedgerMonth, Plant
from apps.crm.selectors.freshness import Sources

KEY = "crm.accounts"


def account_listing(sources: Sources | None = None) -> Listing:
    """The same for all who may see it; which rows are there is the scope's matter."""
    return Listing(
        key=KEY,
        columns=fed_columns(_COLUMNS, {"balance": "ledger", "left": "ledger"}, sources),
        default_sort="dealer",
        filters=[ChoiceFilter(key="plant", title=_("Plant"), field="plant", choices=_plants)],
        search=lambda queryset, text: queryset.filter(dealer__name__icontains=text),
        search_label=_("Name of the dealer"),
        fetch=_fetch,
        row_url=lambda account: record_url("crm:settlement", account.dealer_id),
        row_label=lambda account: account.dealer.name,
        empty=Empty(_("No settlements yet"), _("The plants' accounting tells them."), "coins"),
        path=reverse("crm:settlement_list"),
    )


def _plants() -> Choices:
    return [(str(plant.pk), plant.name) for plant in Plant.objects.order_by("position", "pk")]


def _fetch(queryset: QuerySet[DealerPlant]) -> Iterable[DealerPlant]:
    months = LedgerMonth.objects.filter(
        dealer=OuterRef("dealer"), plant=OuterRef("plant"), currency=OuterRef("currency")
    )
    sums = months.order_by().values("dealer").annotate(all=Sum(F("charged") + F("paid"))).values("all")
    return queryset.select_related("dealer", "plant").annotate(balance=Subquery(sums))


def _balance(account: Any) -> object:
    """A way to what it is made of."""
    if account.balance is None:
        return awaited()
    address = balance_address(f"{account.plant_id}-{account.currency}", account.dealer_id)
    return fill('<a href="{}">{}</a>', address, money(account.balance, account.currency))


def _left(account: Any) -> object:
    if account.credit_limit is None or account.balance is None:
        return awaited()
    return money(account.credit_limit - account.balance, account.currency)


_COLUMNS = [
    Column(
        "dealer",
        pgettext_lazy("order", "Dealer"),
        lambda account: account.dealer.name,
        sort=("dealer__name",),
        fixed=True,
    ),
    Column("plant", _("Plant"), lambda account: account.plant.name),
    Column("balance", _("Balance"), _balance, numeric=True),
    Column("limit", _("Credit limit"), lambda account: money(account.credit_limit, account.currency), numeric=True),
    Column("left", _("Credit left"), _left, numeric=True),
]
