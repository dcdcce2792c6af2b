"""Words about teams and their days."""

from __future__ import annotations

from django import template
from django.utils.dates import WEEKDAYS_ABBR

register = template.Library()


@register.filter
def weekday_name(number: str) -> str:
    """The short name of an ISO weekday: "1" is Monday."""
    return str(WEEKDAYS_ABBR[int(number) - 1])
