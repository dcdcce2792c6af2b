"""How entries of the history are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

if TYPE_CHECKING:
    from apps.activities.models import Activity

register = template.Library()


@register.filter
def facts(activity: Activity) -> str:
    """What its kind shows of it beside the words."""
    draw = activity.kind_shown.draw
    return draw(activity) if draw and activity.facts else ""
