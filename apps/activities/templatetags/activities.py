"""How entries of the history are drawn."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import template
from django.utils.safestring import SafeString

from apps.activities.rows import Reading, draw_entries

if TYPE_CHECKING:
    from apps.activities.models import Activity

register = template.Library()


@register.simple_tag(takes_context=True)
def entries(context: dict[str, Any], found: Iterable[Activity]) -> SafeString:
    """`{% entries timeline.entries %}`: their rows, in a list, for whoever reads this page."""
    about = context.get("entity")
    user = context["request"].user
    reading = Reading(user.pk, str(context["csrf_token"]), about.pk if about else None, context.get("new_from") or 0)
    return draw_entries(found, reading)
