"""One page of a list, ready for its template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from apps.core.listing.columns import Column
from apps.core.listing.counting import DEEPEST_OFFSET, Total
from apps.core.listing.kept_parts import draw_bar, draw_footer
from apps.core.listing.letters import ALPHABETS, OTHER, draw_strip
from apps.core.listing.rows import draw_rows
from apps.core.listing.state import SIZES, ListState
from apps.core.models import SavedView

if TYPE_CHECKING:
    from apps.core.listing import Listing

FRAGMENT = "list-results"
MOST_NEW = 99


@dataclass(frozen=True, slots=True)
class Header:
    column: Column
    url: str  # where a click on the title leads; "" where one can't sort by it
    direction: str  # "ascending", "descending" or ""


@dataclass(frozen=True, slots=True)
class Chip:
    key: str
    title: object
    text: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class Step:
    """A numbered page, a gap between them, or a choice of a menu."""

    text: str
    url: str = ""
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class KeptRows:
    """A page's rows as they were drawn, with what its foot says of them."""

    total: Total
    ids: tuple[int, ...]
    drawn: SafeString


@dataclass(frozen=True, kw_only=True)
class ListPage:
    listing: Listing
    state: ListState
    path: str
    records: Sequence[Any]
    columns: Sequence[Column]
    views: Sequence[SavedView]
    total: Total
    size: int
    new_count: int | None = None  # of what is new, where the list counts it; it stops at MOST_NEW + 1
    drawn: SafeString | None = None  # the rows, where they were kept; `records` are then their keys alone

    def render(self, request: HttpRequest, template: str, context: dict[str, Any] | None = None) -> HttpResponse:
        """The whole page, or the results alone where htmx asked for them."""
        wants_part = (
            request.headers.get("HX-Target") == FRAGMENT and "HX-History-Restore-Request" not in request.headers
        )
        template = "components/list/_results.html" if wants_part else template
        response = render(request, template, {**(context or {}), "list": self})
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response

    # Templates would call these functions of the listing to see whether there are any.
    @property
    def has_search(self) -> bool:
        return self.listing.search is not None

    @property
    def has_row_actions(self) -> bool:
        return self.listing.row_actions is not None

    def bar(self) -> SafeString:
        return draw_bar(self)

    def footer(self) -> SafeString:
        return draw_footer(self)

    # --- head --------------------------------------------------------------------------------------------------------
    def headers(self) -> list[Header]:
        sort = self.state.sort or self.listing.default_sort
        headers = []
        for column in self.columns:
            direction = ""
            if column.key == sort.removeprefix("-"):
                direction = "descending" if sort.startswith("-") else "ascending"
            turned = f"-{column.key}" if direction == "ascending" else column.key
            headers.append(Header(column, self.state.query(sort=turned) if column.sort else "", direction))
        return headers

    def sort_options(self) -> list[Step]:
        """The same as the headers, for phones, where there are none."""
        sort = self.state.sort or self.listing.default_sort
        return [
            Step(f"{column.title} {arrow}", self.state.query(sort=mark + column.key), mark + column.key == sort)
            for column in self.columns
            if column.sort
            for mark, arrow in (("", "↑"), ("-", "↓"))
        ]

    def chips(self) -> list[Chip]:
        chips = []
        for each in self.listing.filters:
            if values := self.state.filters.get(each.key):
                chips.append(Chip(each.key, each.title, each.describe(values), self.state.without(each.key)))
        if self.state.letter:
            letter = "#" if self.state.letter == OTHER else self.state.letter.upper()
            chips.append(Chip("letter", "", letter, self.state.query(letter="")))
        return chips

    @property
    def new_url(self) -> str:
        """Where only what is new stands; "" where that is shown already, or nothing can be new."""
        news = self.listing.news
        if news is None or news.since is None or news.key in self.state.filters or self.new_count == 0:
            return ""
        return self.state.query(filters={**self.state.filters, news.key: news.clean(["yes"])})

    @property
    def new_number(self) -> str:
        """How many that are; "" where the list doesn't count them."""
        if self.new_count is None:
            return ""
        return f"{MOST_NEW}+" if self.new_count > MOST_NEW else str(self.new_count)

    @property
    def seen_url(self) -> str:
        """Where to tell that the reader was here; "" where that needs no telling."""
        return self.listing.news.note_url if self.listing.news else ""

    @property
    def clear_url(self) -> str:
        sort = self.state.sort or self.listing.default_sort
        return self.state.query(q="", letter="", filters={}, view=None, sort=sort)

    def letters(self) -> list[SafeString]:
        """The strips of letters, the reader's own alphabet first."""
        names = ["cyrillic", "latin"] if (get_language() or "").startswith("uk") else ["latin", "cyrillic"]
        return [
            draw_strip(ALPHABETS[names[0]] + OTHER, self.state.letter),
            draw_strip(ALPHABETS[names[1]], self.state.letter),
        ]

    def hidden_fields(self, *without: str) -> list[tuple[str, str]]:
        """The state as fields of a GET form, for forms that change one part of it."""
        pairs = [(name, value) for name in ("q", "sort", "letter") if (value := getattr(self.state, name))]
        pairs += [(f"f.{key}", value) for key, values in self.state.filters.items() for value in values]
        pairs += [("size", str(self.state.size))] if self.state.size else []
        return [pair for pair in pairs if pair[0] not in without]

    @property
    def form_state(self) -> list[tuple[str, str]]:
        """For the search box, which stands outside of what is swapped."""
        return self.hidden_fields("q")

    @property
    def letter_state(self) -> list[tuple[str, str]]:
        return self.hidden_fields("letter")

    @property
    def all_url(self) -> str:
        """The list as it is without anybody's wishes; says its order, so that no preferred view steps in."""
        return f"?sort={self.listing.default_sort}"

    # --- rows --------------------------------------------------------------------------------------------------------
    def rows(self) -> SafeString:
        return draw_rows(self.listing, self.columns, self.records) if self.drawn is None else self.drawn

    @property
    def query(self) -> str:
        """The address of what is shown, without the page: what "all matches" means."""
        return self.state.query(page=1)

    # --- foot --------------------------------------------------------------------------------------------------------
    @property
    def last_page(self) -> int:
        return max(1, -(-self.total.number // self.size))

    @property
    def number(self) -> int:
        """The page's number from the start, also where it was asked for from the end."""
        return self.state.page if self.state.page > 0 else max(1, self.last_page + 1 + self.state.page)

    @property
    def first_record(self) -> int:
        return (self.number - 1) * self.size + 1 if self.records else 0

    @property
    def last_record(self) -> int:
        return self.first_record + len(self.records) - 1 if self.records else 0

    @property
    def about(self) -> str:
        """An estimate, rounded to two digits, as it deserves."""
        return number_format(_rounded(self.total.number), use_l10n=True, force_grouping=True)

    @property
    def about_pages(self) -> str:
        return number_format(_rounded(self.last_page), use_l10n=True, force_grouping=True)

    @property
    def is_deeper_than_numbers(self) -> bool:
        return not self.records and self.state.page > 1 and self.total.number > 0

    def steps(self) -> list[Step]:
        """1 ... 4 [5] 6 ... n; beyond the deepest numbered page only the last ones are numbered, from the end."""
        near = {1, self.last_page, *range(self.number - 2, self.number + 3)}
        steps, previous = [], 0
        for number in sorted(number for number in near if 1 <= number <= self.last_page):
            url = self.page_url(number)
            if not url:
                continue
            if number - previous > 1:
                steps.append(Step("…"))
            steps.append(Step(str(number), url, number == self.number))
            previous = number
        return steps

    def page_url(self, number: int) -> str:
        """The address of a page, by its number or from the end; "" where neither reaches it."""
        reached = (number - 1) * self.size <= DEEPEST_OFFSET
        if self.total.is_exact or number == 1 or (reached and self.state.page > 0 and number < self.last_page):
            return self.state.query(page=number)
        from_end = number - self.last_page - 1
        return self.state.query(page=from_end) if -from_end * self.size <= DEEPEST_OFFSET else ""

    @property
    def previous_url(self) -> str:
        return self.page_url(self.number - 1) if self.number > 1 else ""

    @property
    def next_url(self) -> str:
        if self.state.page < 0:
            return self.state.query(page=self.state.page + 1) if self.state.page < -1 else ""
        ended = self.number >= self.last_page and (self.total.is_exact or len(self.records) < self.size)
        if ended or self.number * self.size > DEEPEST_OFFSET:
            return ""
        return self.state.query(page=self.number + 1)

    @property
    def first_url(self) -> str:
        return self.state.query(page=1) if self.number > 1 else ""

    @property
    def last_url(self) -> str:
        if self.number >= self.last_page or self.state.page == -1:
            return ""
        return self.state.query(page=self.last_page if self.total.is_exact else -1)

    @property
    def has_sizes(self) -> bool:
        return self.total.number > min(SIZES)

    def sizes(self) -> list[Step]:
        return [Step(str(size), self.state.query(size=size), size == self.size) for size in SIZES]

    # --- dialogs -----------------------------------------------------------------------------------------------------
    def dialog_url(self, name: str) -> str:
        """The page of "columns", "filters" or "views", with the way back to this list."""
        back = self.path + self.state.query(page=1)
        return f"{reverse(f'core:list_{name}', args=[self.listing.key])}?{urlencode({'back': back})}"

    @property
    def columns_url(self) -> str:
        return self.dialog_url("columns")

    @property
    def filters_url(self) -> str:
        return self.dialog_url("filters")

    @property
    def views_url(self) -> str:
        return self.dialog_url("views")

    @property
    def current_view(self) -> SavedView | None:
        return next((view for view in self.views if view.pk == self.state.view), None)


def _rounded(number: int) -> int:
    return int(float(f"{number:.2g}"))
