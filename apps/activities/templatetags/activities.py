"""How entries of the history are drawn."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import template
from django.utils.safestring import SafeString

from apps.accounts.formatting import date_text, datetime_text
from apps.accounts.preferences import current_preferences
from apps.activities.drawing import draw_kind_options
from apps.activities.rows import Reading, draw_entries

if TYPE_CHECKING:
    from apps.activities.formats.ical_items import Item
    from apps.activities.models import Activity

register = template.Library()


@register.simple_tag(takes_context=True)
def entries(context: dict[str, Any], found: Iterable[Activity], *, is_ahead: bool = False) -> SafeString:
    """`{% entries timeline.entries %}`: their rows, in a list, for whoever reads this page.

    Those that are to come, `is_ahead`, lead to their reminders.
    """
    about = context.get("entity")
    user = context["request"].user
    reading = Reading(
        user.pk, str(context["csrf_token"]), about.pk if about else None, context.get("new_from") or 0, is_ahead
    )
    return draw_entries(found, reading)


register.simple_tag(draw_kind_options, name="kind_options")


@register.filter
def item_when(item: Item) -> str:
    """When a meeting of a calendar file takes place, as the file says it."""
    preferences, when = current_preferences(), item.when
    if when is None:
        return date_text(preferences, item.due_on, weekday=True) if item.due_on else ""
    if when.is_all_day:
        return date_text(preferences, when.start.date(), weekday=True)
    moment = when.start.replace(tzinfo=ZoneInfo(when.zone))
    return datetime_text(preferences, moment, weekday=True)
