"""What the rows of a timeline show beside their words, by kind; plain functions, since twenty stand on a page."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.timezone import localdate
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.accounts.formatting import date_text, datetime_text, time_text
from apps.accounts.preferences import current_preferences
from apps.activities.models import Call, Meeting
from apps.core.contributions import kinds
from apps.core.markup import fill, fill_each, record_url

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


def meeting_page(activity: Activity) -> str:
    return record_url("activities:meeting", activity.pk)


def draw_meeting(activity: Activity) -> str:
    """ "Thu, 5 Nov 2026, 10:00–11:00 · Lviv · Called off" and the way to the meeting's page."""
    facts = activity.facts
    status = facts.get("status")
    parts = [
        when_text(facts),
        facts.get("place") or "",
        str(Meeting.Status(status).label) if status in ("tentative", "cancelled") else "",
    ]
    shown = " · ".join(part for part in parts if part)
    href = reverse("activities:meeting", args=[activity.pk])
    return fill('<p class="activity__facts"><a href="{}">{}</a></p>', href, shown or "–")


def when_text(facts: dict[str, Any]) -> str:
    """When a meeting takes place, in the reader's zone and format."""
    preferences = current_preferences()
    if facts.get("starts_on"):
        first = date.fromisoformat(facts["starts_on"])
        last = date.fromisoformat(facts["ends_on"]) - timedelta(days=1)
        text = date_text(preferences, first, weekday=True)
        return text if first == last else f"{text} – {date_text(preferences, last, weekday=True)}"
    if not facts.get("starts_at"):
        return ""
    start, end = (datetime.fromisoformat(facts[key]) for key in ("starts_at", "ends_at"))
    text = datetime_text(preferences, start, weekday=True)
    if localdate(start) == localdate(end):
        return f"{text}–{time_text(preferences, end)}"  # from ten to eleven
    return f"{text} – {datetime_text(preferences, end, weekday=True)}"  # from day to day


def duration_text(seconds: int) -> str:
    """4:30, or 1:04:30 from an hour on."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _label(choices: type[Call.Direction | Call.Outcome], value: object) -> str:
    return str(choices(value).label) if value in choices.values else ""


def draw_kind_options(chosen: str, changes: str) -> SafeString:
    """The options that narrow a timeline to one kind, with all that was changed as the last of them."""
    return _kind_options(chosen, changes, get_language())


@lru_cache(maxsize=200)  # they stand on every contact's page; the registry is full before the first of them
def _kind_options(chosen: str, changes: str, _language: str | None) -> SafeString:
    offered = [("", _("All kinds")), *((key, kind.title) for key, kind in kinds.items())]
    rows = [
        (key, SafeString(" selected") if key and key == chosen else "", title)
        for key, title in [*offered, (changes, _("All, with changes"))]
    ]
    return fill_each('<option value="{}"{}>{}</option>', rows)
