"""The rows behind one figure, at an address of their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from apps.core.contributions import reports, works_in_house
from apps.core.listing import Filter, Listing, ListingEntry, NewFilter, listings
from apps.core.listing.filters import Values
from apps.core.reports import NONE, Measure, Report
from apps.core.reports.asked import Asked

if TYPE_CHECKING:
    from apps.accounts.models import User

FILTER = "of"
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Cell:
    """A measure of one line, or of all of them."""

    asked: Asked
    measure: Measure
    is_total: bool
    line: Any = None

    def rows(self, user: User) -> QuerySet[Any]:
        """Each record that the figure counts, once."""
        found = self.asked.rows(user)
        if not self.is_total:
            found = found.alias(report_key=self.asked.by.expression)
            found = found.filter(report_key__isnull=True) if self.line is None else found.filter(report_key=self.line)
        if self.measure.counts:
            found = found.filter(self.measure.counts)
        if self.measure.value is not None:
            found = found.alias(report_value=self.measure.value).filter(report_value__isnull=False)
        if self.asked.by.of_many and not self.is_total:
            once: QuerySet[Any] = found.model._default_manager.filter(pk__in=found.values("pk"))
            return once
        return found

    def title(self) -> str:
        """What the chip of the list says: the measure, the line, the days."""
        parts = [str(self.measure.title)]
        if not self.is_total:
            names = self.asked.by.names([self.line])
            parts.append(str(names.get(self.line, self.asked.by.nothing)))
        parts += [words for _title, words in self.asked.narrowed()]
        return " · ".join([*parts, str(self.asked.period)])


def cell_url(key: str, asked: Asked, measure: Measure, *, line: Any = None, is_total: bool = False) -> str:
    """Where the rows of a figure stand; its days are fixed."""
    pairs = [*asked.pairs(fixed=True), ("m", measure.key)]
    if not is_total:
        pairs.append(("line", NONE if line is None else str(line)))
    return f"{reverse('core:report_rows', args=[key])}?{urlencode({f'f.{FILTER}': urlencode(pairs)})}"


def read_cell(asked: Asked, query: QueryDict) -> Cell:
    """Raises ValueError for a line or a measure that there is none of."""
    measure = next((each for each in asked.report.measures if each.key == query.get("m")), None)
    if measure is None:
        raise ValueError("m")
    if "line" not in query:
        return Cell(asked, measure, is_total=True)
    word = str(query["line"])
    line = None if word == NONE else asked.by.read(word)
    if isinstance(line, int) and abs(line) >= 2**63:
        raise ValueError("line")
    return Cell(asked, measure, is_total=False, line=line)


@dataclass(frozen=True, kw_only=True)
class _CellFilter(Filter):
    """Keeps the cell in the address while the list is sorted and paged."""

    cell: Cell | None = None  # the dialogs of the list know of none

    def clean(self, values: Iterable[str]) -> Values:
        return tuple(value[:_LONGEST] for value in values)[:1]

    def lookup(self, queryset: QuerySet[Any], values: Values) -> QuerySet[Any]:
        return queryset

    def describe(self, values: Values) -> str:
        return self.cell.title() if self.cell else ""


def listing_of(key: str, report: Report, user: User, cell: Cell | None = None) -> Listing:
    """The report's list, of the cell's rows alone; it can be narrowed further."""
    base = report.listing(user)
    kept = _CellFilter(key=FILTER, title=report.title, cell=cell, hidden=True)
    others = [each for each in base.filters if not isinstance(each, NewFilter)]
    return replace(
        base,
        key=f"report.{key}",
        filters=[kept, *others],
        path=reverse("core:report_rows", args=[key]),
        exports=(),
        actions=(),
        keep=None,
        is_private=True,
    )


def register_report(key: str, report: Report, *, position: int = 100) -> None:
    """Add a report, and the list that its figures open."""

    def make(request: HttpRequest) -> Listing | None:
        user = cast("User", request.user)
        return listing_of(key, report, user) if works_in_house(user) and report.may_see(user) else None

    reports.register(key, report, position=position)
    listings.register(f"report.{key}", ListingEntry(make))
