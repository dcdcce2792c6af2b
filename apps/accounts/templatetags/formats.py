"""Days and moments on pages, in the reader's format and zone."""

from __future__ import annotations

from datetime import date, datetime

from django import template
from django.utils.safestring import SafeString

from apps.accounts.formatting import day_tag, moment_tag
from apps.accounts.preferences import current_preferences

register = template.Library()


@register.filter
def day(value: date | None) -> SafeString | str:
    """`{{ entity.created_at|day }}`: the day with its weekday, the exact time on hover."""
    return "" if value is None else day_tag(current_preferences(), value)


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """`{{ event.occurred_at|moment }}`: day with weekday, and time; the exact time and zone on hover."""
    return "" if value is None else moment_tag(current_preferences(), value)
