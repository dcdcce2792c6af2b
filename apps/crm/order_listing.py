"""The list of orders, the dealers' own and the one of staff across all dealers: columns, filters, files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.templatetags.formats import day
from apps.core import clock
from apps.core.listing import ChoiceFilter, Column, DateRangeFilter, Empty, Filter, KeptRows, Listing, RecordFilter
from apps.core.markup import fill, record_url
from apps.core.prepared import blank_ids, prepared
from apps.core.tables import FORMATS
from apps.crm.doors import deals_with_money
from apps.crm.drawing.figures import awaited, money, status_badge
from apps.crm.drawing.promises import promise_cell
from apps.crm.fed_columns import fed_columns
from apps.crm.forecasts.timing import FORECAST
from apps.crm.kept_pages import keep, reader_key
from apps.crm.list_news import news_filters
from apps.crm.models import Dealer, Order, Plant, Promise, Status
from apps.crm.models.reach import portal_reader
from apps.crm.selectors.freshness import Sources

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.core.listing.filters import Choices

PORTAL_KEY, STAFF_KEY = "portal.orders", "crm.orders"
OPEN_STATUSES = tuple(status.value for status in Status if status not in (Status.DELIVERED, Status.CANCELLED))
MOST_ROWS = 20_000  # of a file
SEARCHED_FROM = 3
_IDS = blank_ids()
_READ = (
    *("number", "reference", "client", "received_at", "plant__name"),
    *("state__status", "state__stage_version", "state__planned_on", "state__promised_on", "state__changed_at"),
    *("promise__reason", "promise__expected_on", "promise__from_on", "promise__to_on"),
    *("promise__weekdays", "promise__worked_out_on"),
)


def portal_order_listing(user: User, *, sources: Sources | None = None) -> Listing:
    """The orders of the firm that `user` belongs to; with `sources` the cells say which figures are stale."""
    reader = portal_reader(user)
    sees_money = reader is not None and reader.sees_money
    plant_ids = reader.plant_ids if reader else ()
    fits = [] if sources is None else [*sources.late, sorted(sources.owners.items())]

    def plants() -> Choices:
        return _named(Plant.objects.filter(pk__in=plant_ids))

    return Listing(
        key=PORTAL_KEY,
        columns=fed_columns([*_COLUMNS, *([_AMOUNT] if sees_money else [])], _GROUPS, sources),
        default_sort="-received",
        filters=[
            *_filters(plants, [status for status in Status if status != Status.RECEIVED]),
            _PLANNED,
            *news_filters(user, PORTAL_KEY, "state__changed_at"),
        ],
        search=_search,
        search_label=_("Number or your reference"),
        fetch=_fetch(sees_money=sees_money),
        rows_of=lambda ids: _rows.ask({_IDS: list(ids)}, sees_money),
        row_url=lambda order: record_url("portal:order", order.pk),
        empty=Empty(_("No orders yet"), _("An order stands here once the plant has accepted it."), "package"),
        path=reverse("portal:order_list"),
        exports=[(kind.upper(), reverse("portal:order_download", args=[kind])) for kind in FORMATS],
        keep=partial(_kept, reader.dealer_id, f"{reader_key(sees_money=sees_money)}:{fits}") if reader else None,
        is_private=True,
    )


def staff_order_listing(user: User, *, sources: Sources | None = None) -> Listing:
    """The orders of all dealers whose contact `user` sees."""
    sees_money = deals_with_money(user)
    dealers = RecordFilter(
        key="dealer",
        title=pgettext_lazy("order", "Dealer"),
        field="dealer",
        pick_url=reverse("crm:dealer_pick"),
        titles=lambda values: _named(Dealer.objects.visible_to(user).filter(pk__in=values)),
    )
    return Listing(
        key=STAFF_KEY,
        # No index has all dealers' numbers in their order.
        columns=fed_columns(
            [replace(_COLUMNS[0], sort=()), _DEALER, *_COLUMNS[1:], *([_AMOUNT] if sees_money else [])],
            _GROUPS,
            sources,
        ),
        default_sort="-received",
        filters=[*_filters(lambda: _named(Plant.objects.all()), Status), dealers, *_PROMISES],
        search=_search_all,
        search_label=_("Number or the dealer's reference, from three letters on"),
        fetch=_fetch("dealer", sees_money=sees_money),
        row_url=lambda order: record_url("crm:order", order.pk),
        empty=Empty(_("No orders yet"), _("The plants' orders stand here as soon as they send them."), "package"),
        path=reverse("crm:order_list"),
    )


def _kept(dealer_id: int, reader: str, asked: str, draw: Callable[[], KeptRows]) -> KeptRows:
    return keep(dealer_id, f"orders:{reader}:{localdate(clock.now())}:{asked}", draw)


def file_rows(orders: Iterable[Any], *, sees_money: bool) -> Iterable[list[Any]]:
    """The rows of a file, as `file_titles` has them."""
    for order in orders:
        state, cost = getattr(order, "state", None), getattr(order, "money", None)
        row = [order.number, order.reference, order.client, order.plant.name, order.received_at]
        row += [state.planned_on, state.delivered_at, Status(state.status).label] if state else [None, None, ""]
        if sees_money:
            row += [cost.amount, cost.currency] if cost else [None, ""]
        yield row


def file_titles(*, sees_money: bool) -> list[object]:
    titles = [
        pgettext_lazy("order", "Number"),
        _("Reference"),
        _("Client"),
        _("Plant"),
        _("Received"),
        _("Planned delivery"),
    ]
    titles += [_("Delivered"), _("Status")]
    return [*titles, _("Amount"), _("Currency")] if sees_money else [*titles]


def _filters(plants: Callable[[], Choices], statuses: Iterable[Status]) -> list[Filter]:
    return [
        ChoiceFilter(
            key="status",
            title=_("Status"),
            field="state__status",
            choices=[(str(status.value), status.label) for status in statuses],
        ),
        ChoiceFilter(
            key="open",
            title=_("Which"),
            choices=[("yes", _("Only open ones"))],
            multiple=False,
            narrow=lambda queryset, _values: queryset.filter(state__status__in=OPEN_STATUSES),
        ),
        ChoiceFilter(key="plant", title=_("Plant"), field="plant", choices=plants),
        DateRangeFilter(key="received", title=_("Received"), field="received_at", moments=True),
    ]


# Among one dealer's orders alone: the hot table has no index on it.
_PLANNED = DateRangeFilter(key="planned", title=_("Planned delivery"), field="state__planned_on")


# By them the report of promises shows what its figures count.
_PROMISES: list[Filter] = [
    ChoiceFilter(
        key="promise",
        title=pgettext_lazy("order", "Promise"),
        field="promise__outcome",
        choices=Promise.Outcome.choices,
    ),
    DateRangeFilter(key="promised", title=pgettext_lazy("order", "Promised"), field="promise__promised_on"),
    ChoiceFilter(
        key="lost",
        title=_("Time lost while"),
        field="promise__lost_stage",
        choices=[(str(stage.value), stage.label) for stage in FORECAST],
    ),
]


def _named(records: QuerySet[Any]) -> Choices:
    return [(str(each.pk), each.name) for each in records.order_by("name", "pk")]


def _search(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
    return queryset.matching(text)  # type: ignore[attr-defined,no-any-return]  # an OrderQuerySet


def _search_all(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Fewer letters have no trigram, and so no index among the orders of all."""
    return _search(queryset, text) if len(text) >= SEARCHED_FROM else queryset


def _fetch(*joins: str, sees_money: bool) -> Callable[[QuerySet[Any]], Iterable[Any]]:
    names = ("state", "plant", *joins, *(("money",) if sees_money else ()))
    return lambda queryset: queryset.select_related(*names)


@prepared(lambda sees_money: sees_money)
def _rows(sees_money: bool) -> QuerySet[Order]:
    """With what cells of any column read, and nothing else: fifty orders would bring three thousand values along."""
    found = Order.objects.filter(pk__among=_IDS)
    found = found.select_related("state", "plant", "promise", *(("money",) if sees_money else ()))
    return found.only(*_READ, *(("money__amount", "money__currency") if sees_money else ()))


# --- cells ------------------------------------------------------------------------------------------------------------
def _planned(order: Any) -> object:
    state = getattr(order, "state", None)
    return day(state.planned_on) if state and state.planned_on else awaited()


def _status(order: Any) -> object:
    state = getattr(order, "state", None)
    return status_badge(state.status) if state and state.stage_version else awaited()


def _amount(order: Order) -> object:
    cost = getattr(order, "money", None)
    return money(cost.amount, cost.currency) if cost else awaited()


def _dealer(order: Order) -> object:
    return fill('<a href="{}">{}</a>', record_url("crm:dealer", order.dealer_id), order.dealer.name)


_COLUMNS = [
    Column("number", pgettext_lazy("order", "Number"), lambda order: order.number, sort=("number",), fixed=True),
    Column("reference", _("Reference"), lambda order: order.reference),
    Column("client", _("Client"), lambda order: order.client, default=False),
    Column("plant", _("Plant"), lambda order: order.plant.name),
    Column("received", _("Received"), lambda order: day(order.received_at), sort=("received_at",)),
    Column("planned", _("Planned delivery"), _planned),
    Column("expected", pgettext_lazy("order", "Expected"), promise_cell, join=("promise",)),
    Column("status", _("Status"), _status),
]
_DEALER = Column("dealer", pgettext_lazy("order", "Dealer"), _dealer)
_GROUPS = {"status": "stage", "planned": "delivery", "amount": "money"}
_AMOUNT = Column("amount", _("Amount"), _amount, numeric=True)
