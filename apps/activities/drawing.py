"""What the rows of a timeline show beside their words, by kind; plain functions, since twenty stand on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.activities.models import Call
from apps.core.markup import fill

if TYPE_CHECKING:
    from apps.activities.models import Activity


def draw_call(activity: Activity) -> str:
    """ "Outgoing · Reached · 4:30" """
    facts = activity.facts
    parts = [
        _label(Call.Direction, facts.get("direction")),
        _label(Call.Outcome, facts.get("outcome")),
        duration_text(facts["seconds"]) if facts.get("seconds") else "",
        facts.get("number") or "",
    ]
    return fill('<p class="activity__facts">{}</p>', " · ".join(str(part) for part in parts if part))


def duration_text(seconds: int) -> str:
    """4:30, or 1:04:30 from an hour on."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _label(choices: type[Call.Direction | Call.Outcome], value: object) -> str:
    return str(choices(value).label) if value in choices.values else ""
