"""The one clock: business times come from here, or are passed in as `now`."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings


def now() -> datetime:
    """The current moment, aware, in UTC."""
    return datetime.now(UTC)


def company_day(moment: datetime) -> date:
    """The day that an aware moment falls on in the company's zone: days of business count in it."""
    return moment.astimezone(ZoneInfo(settings.RAPPORT_TIME_ZONE)).date()
