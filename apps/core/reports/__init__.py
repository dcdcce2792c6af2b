"""What a report is: rows that its reader may see, grouped by a dimension and counted by measures.

An app registers its own in `contributions.reports` (docs/extending.md). A figure and the list that it leads to come
from the same queryset: `figures` groups it, `cells` narrows it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import DateField, Q, QuerySet
from django.db.models.functions import TruncMonth, TruncWeek
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from apps.core.listing.columns import Words

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.core.listing import Listing

How = Literal["count", "sum", "mean", "median", "p90"]
Chart = Literal["bar", "stack", "line", "funnel"]
_NOTHING = _("None")
NONE = "none"  # in an address: the row of what has no value of the dimension


@dataclass(frozen=True, kw_only=True, slots=True)
class Dimension:
    """What rows are grouped by. `names(keys)` tells how they are called; `read` makes a key of a word of the address.

    `of_many`: a record may stand in several rows (its personas), so it is counted once in each, and once in all.
    """

    key: str
    title: Words
    expression: Any
    names: Callable[[Collection[Any]], Mapping[Any, Any]]
    read: Callable[[str], Any] = int
    nothing: Words = _NOTHING
    of_many: bool = False
    in_order: bool = False  # rows stand by their keys, as days do, instead of by their first measure
    order: Callable[[], Sequence[Any]] | None = None  # all keys there are, in their order: stages


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """A number of those rows that fulfil `counts`, a condition without joins to many.

    `value` is the expression that is summed, averaged, or of which a percentile is taken; rows that have none of it
    are left out of `counts`. `unit` is "", "hours", "days" or "money".
    """

    key: str
    title: Words
    counts: Q | None = None  # all of them
    how: How = "count"
    value: Any = None
    unit: str = ""
    in_chart: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Narrowing:
    """A choice above the report; `narrow(queryset, value)`. One that is `required` has its first choice by itself.

    What there are too many of is picked: `choices(user)` are none then, the page at `pick_url_name` finds them, and
    `title_of(value)` tells how one is called, "" where there is none.
    """

    key: str
    title: Words
    narrow: Callable[[QuerySet[Any], str], QuerySet[Any]]
    choices: Callable[[User], Sequence[tuple[str, Any]]] = lambda _user: ()
    required: bool = False
    pick_url_name: str = ""
    title_of: Callable[[str], str] = lambda _value: ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """`rows(user, first, last)` are what happened from the first to the last day, both included, in the company's
    zone, as far as `user` sees it; `listing(user)` shows them where a figure is opened.
    """

    title: Words
    about: Words  # which question it answers
    group: Words
    icon: str
    may_see: Callable[[Any], bool]
    rows: Callable[[User, date, date], QuerySet[Any]]
    dimensions: Sequence[Dimension]
    measures: Sequence[Measure]
    listing: Callable[[User], Listing]
    narrowings: Sequence[Narrowing] = ()
    chart: Chart = "bar"
    note: Words = ""
    home_of: Collection[str] = ()  # roles on whose Home it stands by itself
    home_query: str = "period=this_month"  # what is asked of it there: "by=person&period=this_month"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportPage:
    """A page of its own that answers what an app's figures alone can't; it stands among the reports in their index."""

    title: Words
    about: Words
    group: Words
    icon: str
    may_see: Callable[[Any], bool]
    url_name: str


def company_zone() -> ZoneInfo:
    return ZoneInfo(settings.RAPPORT_TIME_ZONE)


def by_month(field: str, *, moments: bool = True) -> Dimension:
    """By the month of a moment, in the company's zone, or of a day."""
    return Dimension(
        key="month",
        title=_("Month"),
        expression=TruncMonth(field, output_field=DateField(), **_zone(moments)),
        names=lambda keys: {key: date_format(key, "F Y") for key in keys if key},
        read=date.fromisoformat,
        in_order=True,
    )


def by_week(field: str, *, moments: bool = True) -> Dimension:
    return Dimension(
        key="week",
        title=_("Week"),
        expression=TruncWeek(field, output_field=DateField(), **_zone(moments)),
        names=lambda keys: {key: date_format(key, "SHORT_DATE_FORMAT") for key in keys if key},
        read=date.fromisoformat,
        in_order=True,
    )


def by_choice(key: str, title: Words, field: Any, names: Callable[[], Mapping[str, Any]]) -> Dimension:
    """By a short word: a state, a kind; one that `names` doesn't know is called as it stands."""

    def called(keys: Collection[Any]) -> Mapping[Any, Any]:
        return {key: key for key in keys} | dict(names())

    return Dimension(key=key, title=title, expression=field, names=called, read=str)


def _zone(moments: bool) -> dict[str, Any]:
    return {"tzinfo": company_zone()} if moments else {}
