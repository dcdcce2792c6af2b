"""What guests are shown of an entry."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import template

from apps.activities.models import Activity, Task
from apps.core.contributions import kinds

register = template.Library()


@register.inclusion_tag("guest/_entry.html")
def guest_entry(activity: Activity) -> dict[str, Any]:
    """Words and day, of a task its state and when it is due; neither who wrote it nor who does it."""
    state = activity.facts.get("state") if activity.kind == "task" else None
    due = activity.facts.get("due_on")
    return {
        "activity": activity,
        "kind": kinds.get(activity.kind),
        "state": Task.State(state).label if state in Task.State.values else "",
        "due": date.fromisoformat(due) if due else None,
    }
