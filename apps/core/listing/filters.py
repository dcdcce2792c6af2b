"""Filters of lists: each reads its values from the address, narrows a queryset, and says in words what it does.

In the address a filter is `f.<key>=value`, repeated for several; a range is always the two values from, to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import QuerySet
from django.utils import formats, timezone
from django.utils.dateparse import parse_date
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.listing.columns import Words

Values = tuple[str, ...]
_LONGEST = 200  # letters of a value; nothing that is looked for is longer
_FIRST_DAY, _LAST_DAY = date(1, 1, 3), date(9999, 12, 29)  # beyond them no zone and no following day can be reckoned
_DIGITS = 30  # on either side of the point
_LARGEST = Decimal(10) ** _DIGITS
Choices = Sequence[tuple[str, Words]]


@dataclass(frozen=True, kw_only=True)
class Filter:
    """The base: `field` is a lookup path; `narrow(queryset, values)` replaces it where one field won't do."""

    key: str
    title: Words
    field: str = ""
    narrow: Callable[[QuerySet[Any], Values], QuerySet[Any]] | None = None
    section: Words = ""  # groups filters under a heading in the sheet
    hidden: bool = False  # set by links of the page (a folder tree), not offered in the sheet

    template = "components/list/filters/text.html"

    def clean(self, values: Iterable[str]) -> Values:
        """Return the values that mean something; empty where the filter is off."""
        cleaned = (value.replace("\x00", "").strip()[:_LONGEST] for value in values)
        return tuple(value for value in cleaned if value)

    def apply(self, queryset: QuerySet[Any], values: Values) -> QuerySet[Any]:
        return self.narrow(queryset, values) if self.narrow else self.lookup(queryset, values)

    def lookup(self, queryset: QuerySet[Any], values: Values) -> QuerySet[Any]:
        return queryset.filter(**{f"{self.field}__icontains": values[0]})

    def describe(self, values: Values) -> str:
        """The values in the reader's words, for the chip."""
        return ", ".join(values)


@dataclass(frozen=True, kw_only=True)
class TextFilter(Filter):
    """`match` is the lookup: "icontains", "istartswith", "iexact" ..."""

    match: str = "icontains"

    def clean(self, values: Iterable[str]) -> Values:
        return super().clean(values)[:1]

    def lookup(self, queryset: QuerySet[Any], values: Values) -> QuerySet[Any]:
        return queryset.filter(**{f"{self.field}__{self.match}": values[0]})


@dataclass(frozen=True, kw_only=True)
class ChoiceFilter(Filter):
    """One or several of known choices; `choices` may be a function, asked only where the choices are shown."""

    choices: Choices | Callable[[], Choices]
    multiple: bool = True

    template = "components/list/filters/choice.html"

    def options(self) -> Choices:
        return self.choices() if callable(self.choices) else self.choices

    def clean(self, values: Iterable[str]) -> Values:
        known = {key for key, _title in self.options()}
        chosen = tuple(dict.fromkeys(value for value in super().clean(values) if value in known))
        return chosen if self.multiple else chosen[:1]

    def lookup(self, queryset: QuerySet[Any], values: Values) -> QuerySet[Any]:
        return queryset.filter(**{f"{self.field}__in": values})

    def describe(self, values: Values) -> str:
        titles = dict(self.options())
        return get_text_list([str(titles[value]) for value in values if value in titles], _("or"))


@dataclass(frozen=True, kw_only=True)
class YesNoFilter(ChoiceFilter):
    """A truth of the record."""

    choices: Choices | Callable[[], Choices] = (("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No")))
    multiple: bool = False

    def lookup(self, queryset: QuerySet[Any], values: Values) -> QuerySet[Any]:
        return queryset.filter(**{self.field: values[0] == "yes"})


@dataclass(frozen=True, kw_only=True)
class RangeFilter(Filter):
    """Two ends, either of which may be open."""

    def clean(self, values: Iterable[str]) -> Values:
        bare = (value.replace("\x00", "").strip()[:_LONGEST] for value in values)
        ends = [value if self.parse(value) is not None else "" for value in bare]
        ends = [*ends, "", ""][:2]
        return (ends[0], ends[1]) if any(ends) else ()

    def parse(self, value: str) -> Any:
        raise TypeError(f"{type(self).__name__} reads no values")

    def show(self, value: Any) -> str:
        return str(formats.localize(value))

    def describe(self, values: Values) -> str:
        start, end = (self.parse(value) for value in values)
        if start is not None and end is not None:
            return f"{self.show(start)} – {self.show(end)}"
        if start is not None:
            return _("from %(value)s") % {"value": self.show(start)}
        return _("up to %(value)s") % {"value": self.show(end)}


@dataclass(frozen=True, kw_only=True)
class DateRangeFilter(RangeFilter):
    """Days, both included. With `moments` the field is a point in time and the days are the reader's."""

    moments: bool = False

    template = "components/list/filters/dates.html"

    def parse(self, value: str) -> date | None:
        try:
            day = parse_date(value)
        except ValueError:
            return None
        return day if day and _FIRST_DAY <= day <= _LAST_DAY else None

    def show(self, value: Any) -> str:
        return formats.date_format(value, "SHORT_DATE_FORMAT")

    def lookup(self, queryset: QuerySet[Any], values: Values) -> QuerySet[Any]:
        start, end = (self.parse(value) for value in values)
        if start is not None:
            queryset = queryset.filter(**{f"{self.field}__gte": self._edge(start)})
        if end is not None:
            queryset = queryset.filter(**{f"{self.field}__lt": self._edge(end + timedelta(days=1))})
        return queryset

    def _edge(self, day: date) -> date | datetime:
        if not self.moments:
            return day
        return timezone.make_aware(datetime.combine(day, time.min), timezone.get_current_timezone())


@dataclass(frozen=True, kw_only=True)
class NumberRangeFilter(RangeFilter):
    template = "components/list/filters/numbers.html"

    def parse(self, value: str) -> Decimal | None:
        try:
            number = Decimal(value.replace(",", ".").replace(" ", ""))
        except InvalidOperation:
            return None
        return number if number.is_finite() and abs(number) < _LARGEST and number.adjusted() > -_DIGITS else None

    def lookup(self, queryset: QuerySet[Any], values: Values) -> QuerySet[Any]:
        start, end = (self.parse(value) for value in values)
        if start is not None:
            queryset = queryset.filter(**{f"{self.field}__gte": start})
        if end is not None:
            queryset = queryset.filter(**{f"{self.field}__lte": end})
        return queryset


@dataclass(frozen=True, kw_only=True)
class RecordFilter(Filter):
    """Other records, found by a picker that searches on the server.

    `pick_url` answers as `core.pickers` describes; `titles(ids)` names the chosen ones the reader may see.
    """

    pick_url: str
    titles: Callable[[Values], Choices]

    template = "components/list/filters/record.html"

    def clean(self, values: Iterable[str]) -> Values:
        return tuple(value for value in super().clean(values) if value.isdecimal() and len(value) < 19)[:50]

    def lookup(self, queryset: QuerySet[Any], values: Values) -> QuerySet[Any]:
        return queryset.filter(**{f"{self.field}__in": [int(value) for value in values]})

    def describe(self, values: Values) -> str:
        return get_text_list([str(title) for _key, title in self.titles(values)], _("or"))
