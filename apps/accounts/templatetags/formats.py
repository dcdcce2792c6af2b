"""Days and moments on pages, in the reader's format and zone."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django import template
from django.utils.formats import date_format
from django.utils.safestring import SafeString

from apps.accounts.formatting import date_text, datetime_text, exact_text
from apps.accounts.preferences import current_preferences
from apps.core.markup import fill

register = template.Library()


@register.filter
def day(value: date | None) -> SafeString | str:
    """`{{ entity.created_at|day }}`: the day with its weekday, the exact time on hover."""
    if value is None:
        return ""
    preferences = current_preferences()
    shown = date_text(preferences, value, weekday=True)
    if isinstance(value, datetime):
        return _time(value, shown, exact_text(preferences, value))
    exact = f"{date_format(value, 'l')}, {date_text(preferences, value)}"
    return fill('<time datetime="{}" title="{}">{}</time>', value.isoformat(), exact, shown)


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """`{{ event.occurred_at|moment }}`: day with weekday, and time; the exact time and zone on hover."""
    if value is None:
        return ""
    preferences = current_preferences()
    return _time(value, datetime_text(preferences, value, weekday=True), exact_text(preferences, value))


def _time(value: datetime, shown: str, exact: str) -> SafeString:
    iso = value.astimezone(UTC).isoformat(timespec="seconds")
    return fill('<time datetime="{}" title="{}">{}</time>', iso, exact, shown)
