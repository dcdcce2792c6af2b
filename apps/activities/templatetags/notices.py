"""Days and moments in mails, where nothing can be hovered."""

from __future__ import annotations

from datetime import datetime

from django import template

from apps.accounts.formatting import date_text, datetime_text
from apps.accounts.preferences import current_preferences

register = template.Library()


@register.filter
def plain_day(value: datetime) -> str:
    return str(date_text(current_preferences(), value, weekday=True))


@register.filter
def plain_moment(value: datetime) -> str:
    return str(datetime_text(current_preferences(), value, weekday=True))
