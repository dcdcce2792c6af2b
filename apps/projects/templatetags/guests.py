"""What guests are shown of an entry."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import template
from django.template import Context
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from apps.activities.models import Activity, Task
from apps.core import clock
from apps.core.contributions import kinds
from apps.core.markup import fill
from apps.projects.models import GuestAccess

register = template.Library()


@register.simple_tag
def guests_here(project_id: int) -> SafeString:
    """Who from outside reads along in the chat of a project; nothing where nobody does."""
    guests = GuestAccess.objects.standing(clock.now()).filter(project=project_id, tabs__contains=["chat"])
    names = list(guests.order_by("entity__display_name", "pk").values_list("entity__display_name", flat=True))
    if not names:
        return SafeString("")
    words = ngettext("A guest reads along: %(names)s", "Guests read along: %(names)s", len(names))
    return fill('<p class="text-secondary">{}</p>', words % {"names": ", ".join(names)})


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
