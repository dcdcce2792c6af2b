"""What guests are shown of an entry."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import template
from django.template import Context

from apps.activities.models import Activity, Task
from apps.core.contributions import kinds

register = template.Library()


@register.inclusion_tag("guest/_entry.html", takes_context=True)
def guest_entry(context: Context, activity: Activity, group_id: int = 0, is_shown: bool = False) -> dict[str, Any]:
    """Words and day, of a task its state and when it is due; neither who wrote it nor who does it.

    With `group_id` it is for who chooses whether guests read it.
    """
    state = activity.facts.get("state") if activity.kind == "task" else None
    due = activity.facts.get("due_on")
    return {
        "activity": activity,
        "group_id": group_id,
        "is_shown": is_shown,
        "csrf_token": context.get("csrf_token", ""),
        "kind": kinds.get(activity.kind),
        "state": Task.State(state).label if state in Task.State.values else "",
        "due": date.fromisoformat(due) if due else None,
    }
