"""The list of dealers, for staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.listing import Column, Empty, Listing, YesNoFilter
from apps.core.markup import record_url
from apps.crm.models import Dealer

if TYPE_CHECKING:
    from django.db.models import QuerySet

KEY = "crm.dealers"


def dealer_listing() -> Listing:
    """The same for all who may see it; which rows are there is the scope's matter."""
    return Listing(
        key=KEY,
        columns=_COLUMNS,
        default_sort="name",
        filters=[YesNoFilter(key="active", title=_("Buys from us"), field="is_active")],
        search=_search,
        search_label=_("Name or code of the dealer"),
        row_url=lambda dealer: record_url("crm:dealer", dealer.pk),
        empty=Empty(_("No dealers yet"), _("The plants' sources tell who buys from them."), "building-store"),
        path=reverse("crm:dealer_list"),
    )


def _search(queryset: QuerySet[Dealer], text: str) -> QuerySet[Dealer]:
    return queryset.filter(name__icontains=text) | queryset.filter(code__icontains=text)


_COLUMNS = [
    Column("name", pgettext_lazy("dealer", "Name"), lambda dealer: dealer.name, sort=("name",), fixed=True),
    Column("code", pgettext_lazy("dealer", "Code"), lambda dealer: dealer.code, sort=("code",)),
    Column("city", _("City"), lambda dealer: dealer.city),
    Column("manager", pgettext_lazy("dealer", "Manager"), lambda dealer: dealer.manager_name),
]
