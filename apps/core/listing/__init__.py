"""The list component: search, filters, columns, saved views, selection and numbered pages over any queryset.

A page defines a `Listing` and calls `listing.page(request, queryset)`; the template includes
`components/list/list.html` with `list` set to the page. Everything works by links and GET forms; htmx only
saves the reload of the rest. A page costs at most five queries, whatever the size of the table.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from apps.core.contributions import Registry
from apps.core.listing.columns import Action, Column, Empty
from apps.core.listing.counting import Total, count, page_ids, turned
from apps.core.listing.filters import (
    ChoiceFilter,
    DateRangeFilter,
    Filter,
    NumberRangeFilter,
    RecordFilter,
    TextFilter,
    YesNoFilter,
)
from apps.core.listing.letters import narrow_to_letter
from apps.core.listing.news import NewFilter
from apps.core.listing.page import MOST_NEW, KeptRows, ListPage
from apps.core.listing.rows import draw_rows
from apps.core.listing.selection import Selection
from apps.core.listing.state import ListState, asks_something, read_state, state_from_json
from apps.core.listing.wishes import saved_views, wishes_of
from apps.core.models import SavedView

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.core.models import SavedViewQuerySet

__all__ = [
    "Action",
    "ChoiceFilter",
    "Column",
    "DateRangeFilter",
    "Empty",
    "Filter",
    "KeptRows",
    "ListPage",
    "ListState",
    "Listing",
    "ListingEntry",
    "NewFilter",
    "NumberRangeFilter",
    "RecordFilter",
    "Selection",
    "TextFilter",
    "YesNoFilter",
    "listings",
]

DEFAULT_SIZE = 50


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What a list can show and do for one reader; made anew for each request, so cells may close over the reader.

    `search(queryset, text)` narrows by the search box. `fetch(queryset)` receives the model's rows of one page
    and adds what the cells read (`select_related`, `only`, annotations): the late join. `letters` is the folded
    field behind the A-Z strip. `path` is where the list stands, for dialogs opened without a way back.
    """

    key: str  # "contacts.entities", in the tables of saved views and settings
    columns: Sequence[Column]
    default_sort: str
    filters: Sequence[Filter] = ()
    search: Callable[[QuerySet[Any], str], QuerySet[Any]] | None = None
    search_label: object = ""
    fetch: Callable[[QuerySet[Any]], Iterable[Any]] = lambda queryset: queryset
    # In place of `fetch` where a page's rows are asked for so often that their statement is kept (core.prepared).
    rows_of: Callable[[Sequence[int]], Iterable[Any]] | None = None
    letters: str = ""
    row_url: Callable[[Any], str] | None = None
    row_actions: Callable[[Any], object] | None = None  # safe HTML at the end of a row
    row_label: Callable[[Any], object] = str  # names a row's checkbox
    actions: Sequence[Action] = ()
    empty: Empty | None = None
    default_columns: Sequence[str] = ()  # a folder's, say; else the columns marked as default
    may_set_default: bool = False  # this reader sets everybody's columns
    path: str = ""
    exports: Sequence[tuple[object, str]] = ()  # title and address of each file that all matches can be taken as
    # Title, address and icon of what else can be made of all that it shows; the address is given `match` to take it up.
    offers: Sequence[tuple[object, str, str]] = ()
    # Keeps the first page's rows under what was asked, or draws them: `keep(asked, draw)`.
    keep: Callable[[str, Callable[[], KeptRows]], KeptRows] | None = None
    is_private: bool = False  # its views are nobody else's business: the readers belong to several firms

    def column(self, key: str) -> Column | None:
        return next((column for column in self.columns if column.key == key), None)

    def filter(self, key: str) -> Filter | None:
        return next((each for each in self.filters if each.key == key), None)

    @property
    def news(self) -> NewFilter | None:
        """How it marks what is new to the reader, if it does."""
        return next((each for each in self.filters if isinstance(each, NewFilter)), None)

    def page(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        *,
        page_size: int = DEFAULT_SIZE,
        default_view: int | None = None,
    ) -> ListPage:
        """Read the request's address and fetch the page it asks for.

        `queryset` is the scope: what this reader may see. `page_size` and `default_view` (a saved view for an
        address that asks for nothing) are the reader's preferences.
        """
        user = cast("User", request.user)
        views = saved_views(user, self.key, own_only=self.is_private)
        own = wishes_of(user, self.key)
        if self.news:
            self.news.prime(own.visit)
        state = self._state(request.GET, views, default_view)
        size = state.size or own.page_size or page_size
        columns = self._columns(state.columns or own.columns)
        new_count = self._new_count(queryset, state)
        if self.keep is not None and state.page == 1:
            # What is marked as new is the reader's own matter: their visit is part of the question.
            since = self.news.since if self.news else None
            asked = json.dumps([state.as_json(), size, [column.key for column in columns], since and since.isoformat()])
            kept = self.keep(asked, lambda: self._rows_to_keep(queryset, state, size, columns))
            return ListPage(
                listing=self,
                state=state,
                path=request.path,
                records=kept.ids,
                columns=columns,
                views=views,
                total=kept.total,
                size=size,
                new_count=new_count,
                drawn=kept.drawn,
            )
        state, total, records = self._records(queryset, state, size, columns)
        return ListPage(
            listing=self,
            state=state,
            path=request.path,
            records=records,
            columns=columns,
            views=views,
            total=total,
            size=size,
            new_count=new_count,
        )

    def _new_count(self, queryset: QuerySet[Any], state: ListState) -> int | None:
        """How many the filter of what is new would show beside the others, were it on."""
        news = self.news
        if news is None or not news.counts or news.since is None or news.key in state.filters:
            return None
        found = news.lookup(self.narrow(queryset, state), ())
        return len(found.order_by().values_list("pk")[: MOST_NEW + 1])

    def _rows_to_keep(
        self, queryset: QuerySet[Any], state: ListState, size: int, columns: Sequence[Column]
    ) -> KeptRows:
        _state, total, records = self._records(queryset, state, size, columns)
        return KeptRows(total, tuple(record.pk for record in records), draw_rows(self, columns, records))

    def _records(
        self, queryset: QuerySet[Any], state: ListState, size: int, columns: Sequence[Column]
    ) -> tuple[ListState, Total, list[Any]]:
        matching = self.narrow(queryset, state)
        total = count(matching)
        ids = page_ids(matching, order=self.order(state), page=state.page, size=size, total=total)
        if not ids and total.number and state.page > 1:  # an estimate promised more than there is
            state = replace(state, page=-1)
            ids = page_ids(matching, order=self.order(state), page=-1, size=size, total=total)
        if self.rows_of is not None:
            found = {record.pk: record for record in self.rows_of(ids)}
        else:
            rows = _with_what_cells_read(queryset.model._default_manager.filter(pk__in=ids), columns)
            found = {record.pk: record for record in self.fetch(rows)}
        return state, total, [found[pk] for pk in ids if pk in found]

    def views_for(self, user: User) -> SavedViewQuerySet:
        """The saved views that `user` may open here, by name."""
        views = SavedView.objects.filter(list_key=self.key).visible_to(user)
        return (views.filter(owner=user.pk) if self.is_private else views).order_by("name", "pk")

    def narrow(self, queryset: QuerySet[Any], state: ListState) -> QuerySet[Any]:
        """Apply search, filters and letter; the order is left alone."""
        if state.q and self.search:
            queryset = self.search(queryset, state.q)
        for each in self.filters:
            if values := state.filters.get(each.key):
                queryset = each.apply(queryset, values)
        if state.letter and self.letters:
            queryset = narrow_to_letter(queryset, self.letters, state.letter)
        return queryset

    def order(self, state: ListState) -> tuple[str, ...]:
        """The fields to order by, with the primary key as tie-break in the same direction, as the indexes have it."""
        sort = state.sort or self.default_sort
        column = self.column(sort.removeprefix("-"))
        fields = column.sort if column else ()
        order = (*fields, "-pk" if fields and fields[-1].startswith("-") else "pk")
        return tuple(turned(name) for name in order) if sort.startswith("-") else order

    def matching(self, queryset: QuerySet[Any], kept: Mapping[str, Any]) -> QuerySet[Any]:
        """All of `queryset` that a kept state (`ListState.as_json`) asks for, in its order; for background work."""
        state = state_from_json(self, kept)
        return self.narrow(queryset, state).order_by(*self.order(state))

    def selection(self, request: HttpRequest, queryset: QuerySet[Any]) -> Selection:
        """What the selection bar posted: chosen rows of `queryset`, or all that match the list's filter."""
        return Selection.read(self, request.POST, queryset)

    def state_of(self, query: str) -> ListState:
        """The state in a list's address, "?q=..." or without the question mark."""
        return read_state(self, QueryDict(query.removeprefix("?")))

    def _state(self, query: QueryDict, views: list[SavedView], default_view: int | None) -> ListState:
        state = read_state(self, query)
        known = {view.pk: view for view in views}
        asked = state.view if "view" in query else (default_view if not asks_something(query) else None)
        view = known.get(asked) if asked else None
        if view is None:
            return replace(state, view=None)
        kept = state_from_json(self, view.query)
        if asks_something(query):
            return replace(state, columns=kept.columns)
        return replace(kept, view=view.pk, page=state.page, size=state.size, sort=kept.sort or self.default_sort)

    def _columns(self, chosen: Sequence[str]) -> list[Column]:
        keys = chosen or self.default_columns or [column.key for column in self.columns if column.default]
        picked = [column for key in keys if (column := self.column(key))]
        return [column for column in self.columns if column.fixed and column not in picked] + picked


def _with_what_cells_read(rows: QuerySet[Any], columns: Sequence[Column]) -> QuerySet[Any]:
    if joins := [name for column in columns for name in column.join]:
        rows = rows.select_related(*joins)
    return rows.prefetch_related(*dict.fromkeys(each for column in columns for each in column.prefetch))


@dataclass(frozen=True, slots=True)
class ListingEntry:
    """How the dialogs of a list (columns, filters, saved views) find it: `make(request)` returns None to outsiders."""

    make: Callable[[HttpRequest], Listing | None]


listings: Registry[ListingEntry] = Registry()
