"""The list of shipments: a dealer's own, and those of all for staff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.templatetags.formats import day
from apps.core.listing import ChoiceFilter, Column, DateRangeFilter, Empty, Listing
from apps.core.markup import fill, record_url
from apps.crm.fed_columns import fed_columns
from apps.crm.list_news import news_filters
from apps.crm.models import Shipment
from apps.crm.selectors.freshness import Sources

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from apps.accounts.models import User

PORTAL_KEY, STAFF_KEY = "portal.shipments", "crm.shipments"
_COLOURS = {"planned": "grey", "loading": "yellow", "on_the_way": "blue", "done": "green", "cancelled": "red"}


def shipment_listing(*, in_portal: bool, user: User | None = None, sources: Sources | None = None) -> Listing:
    """`user` is the reader in the portal, to whom what changed since their last visit is new."""
    route = "portal:shipment" if in_portal else "crm:shipment"
    return Listing(
        key=PORTAL_KEY if in_portal else STAFF_KEY,
        columns=fed_columns(_COLUMNS, {"planned": "delivery", "state": "delivery"}, sources),
        default_sort="-planned",
        filters=[
            ChoiceFilter(key="state", title=_("State"), field="state", choices=Shipment.State.choices),
            DateRangeFilter(key="planned", title=_("Day"), field="planned_on"),
            *(news_filters(user, PORTAL_KEY, "changed_at") if in_portal and user else []),
        ],
        search=_search,
        search_label=_("Number of the shipment"),
        fetch=lambda queryset: queryset.select_related("plant"),
        row_url=lambda shipment: record_url(route, shipment.pk),
        empty=Empty(
            _("No deliveries yet"), _("A truck with your goods stands here as soon as it is planned."), "truck"
        ),
        path=reverse(f"{route}_list"),
        is_private=in_portal,
    )


def state_badge(shipment: Shipment) -> SafeString:
    colour = _COLOURS.get(shipment.state, "grey")
    return fill(
        '<span class="status status--{} shipment-state">{}</span>', colour, Shipment.State(shipment.state).label
    )


def _search(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
    return queryset.filter(number__icontains=text)


_COLUMNS = [
    Column("number", pgettext_lazy("shipment", "Number"), lambda shipment: shipment.number, fixed=True),
    Column("planned", _("Day"), lambda shipment: day(shipment.planned_on), sort=("planned_on",)),
    Column("state", _("State"), state_badge),
    Column("plant", _("Plant"), lambda shipment: shipment.plant.name),
    Column("truck", _("Truck"), lambda shipment: shipment.truck),
    Column("driver", _("Driver"), lambda shipment: shipment.driver_name),
]
