"""The days that a report counts: named ones that move with the calendar, or two days of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

from apps.core.reports import company_zone

PRESETS = {
    "today": _("Today"),
    "yesterday": _("Yesterday"),
    "this_week": _("This week"),
    "last_week": _("Last week"),
    "this_month": _("This month"),
    "last_month": _("Last month"),
    "this_quarter": _("This quarter"),
    "last_quarter": _("Last quarter"),
    "this_year": _("This year"),
    "last_year": _("Last year"),
    "last_7": _("The last 7 days"),
    "last_30": _("The last 30 days"),
    "last_90": _("The last 90 days"),
    "last_365": _("The last 365 days"),
}
USUAL = "this_year"
OWN = "own"
_FIRST, _LAST = date(1990, 1, 1), date(2200, 12, 31)


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` to `last`, both included."""

    first: date
    last: date

    def before(self) -> Period:
        """As many days before; of whole months, as many months."""
        after = self.last + timedelta(days=1)
        if self.first.day == after.day == 1:
            months = (after.year - self.first.year) * 12 + after.month - self.first.month
            return Period(_months(self.first, -months), self.first - timedelta(days=1))
        return Period(self.first - (after - self.first), self.first - timedelta(days=1))

    def __str__(self) -> str:
        return f"{date_format(self.first, 'SHORT_DATE_FORMAT')} – {date_format(self.last, 'SHORT_DATE_FORMAT')}"


def period_of(preset: str, today: date) -> Period:
    """What a named period means on that day. Raises KeyError for a name that isn't one."""
    month, year = today.replace(day=1), today.replace(month=1, day=1)
    quarter = month.replace(month=(month.month - 1) // 3 * 3 + 1)
    day = timedelta(days=1)
    monday = today - today.weekday() * day
    periods = {
        "today": (today, today),
        "this_week": (monday, monday + 6 * day),
        "last_week": (monday - 7 * day, monday - day),
        "last_30": (today - 30 * day, today - day),
        "last_90": (today - 90 * day, today - day),
        "this_month": (month, _months(month, 1) - day),
        "last_month": (_months(month, -1), month - day),
        "this_quarter": (quarter, _months(quarter, 3) - day),
        "last_quarter": (_months(quarter, -3), quarter - day),
        "this_year": (year, _months(year, 12) - day),
        "last_year": (_months(year, -12), year - day),
        "last_7": (today - 7 * day, today - day),
        "last_365": (today - 364 * day, today),
        "yesterday": (today - day, today - day),
    }
    return Period(*periods[preset])


def own_period(first: str, last: str, today: date) -> Period:
    """Of two days as an address has them; what makes no sense becomes the last thirty."""
    end = _day(last) or today
    start = _day(first) or end - timedelta(days=29)
    return Period(min(start, end), max(start, end))


def edges(first: date, last: date) -> tuple[datetime, datetime]:
    """The moments at which those days begin and are over in the company's zone."""
    zone = company_zone()
    after = last + timedelta(days=1)
    return make_aware(datetime.combine(first, time.min), zone), make_aware(datetime.combine(after, time.min), zone)


def _months(first: date, number: int) -> date:
    months = first.year * 12 + first.month - 1 + number
    return date(months // 12, months % 12 + 1, 1)


def _day(text: str) -> date | None:
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and _FIRST <= day <= _LAST else None
