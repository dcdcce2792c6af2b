"""One person's days on paper: what stands in the calendar, and what is to do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.accounts.formatting import date_text, datetime_text, time_text
from apps.accounts.preferences import current_preferences
from apps.activities.models import Activity, Meeting, Task
from apps.activities.selectors.calendar import meetings_of, whose_calendar
from apps.activities.selectors.timelines import dress

if TYPE_CHECKING:
    from apps.accounts.models import User

LONGEST = 31  # days
MOST_OVERDUE = 100
_LONGEST_TEXT = 400


def agenda_of(user: User, *, first: date, days: int, now: datetime) -> dict[str, Any]:
    """What the document `documents/day.typ` needs of `days` days from `first` on, in the active language and zone."""
    zone = get_current_timezone()
    midnights = [datetime.combine(first + timedelta(days=number), time.min, zone) for number in range(days + 1)]
    whose = whose_calendar(user, "", today=first)
    found = meetings_of(whose, user=user, start=midnights[0], end=midnights[-1]) if whose else Meeting.objects.none()
    meetings = [each for each in found.select_related("activity") if not each.is_cancelled]
    last = first + timedelta(days=days - 1)
    mine = Task.objects.visible_to(user).at_hand_of(user, on=first).select_related("activity").in_order()
    tasks = list(mine.filter(shown_on__range=(first, last)))
    overdue = list(mine.filter(shown_on__lt=first)[:MOST_OVERDUE])
    dress([*(each.activity for each in meetings), *(each.activity for each in (*tasks, *overdue))], user=user)
    preferences = current_preferences()
    return {
        "title": _title(first, last),
        "reader": str(user),
        "language": get_language() or "en",
        "made": _("Printed %(moment)s") % {"moment": datetime_text(preferences, now)},
        "nothing": _("Nothing planned"),
        "overdue_title": _("Overdue"),
        "overdue": [_task(task) for task in overdue],
        "days": [
            {
                "title": date_text(preferences, begin.date(), weekday=True),
                "meetings": [_meeting(each, begin, end) for each in _on(meetings, begin, end)],
                "tasks": [_task(each, with_day=False) for each in tasks if each.shown_on == begin.date()],
            }
            for begin, end in pairwise(midnights)
        ],
    }


def _title(first: date, last: date) -> str:
    preferences = current_preferences()
    if first == last:
        return date_text(preferences, first, weekday=True)
    return f"{date_text(preferences, first, weekday=True)} – {date_text(preferences, last, weekday=True)}"


def _on(meetings: Iterable[Meeting], begin: datetime, end: datetime) -> list[Meeting]:
    """Those that touch the day; whole days are whole days in every zone."""
    there = [each for each in meetings if _touches(each, begin, end)]
    return sorted(there, key=lambda each: (not each.is_all_day, each.begins, each.pk))


def _touches(meeting: Meeting, begin: datetime, end: datetime) -> bool:
    if meeting.starts_on is not None and meeting.ends_on is not None:
        return meeting.starts_on <= begin.date() < meeting.ends_on
    return meeting.begins < end and (meeting.ends > begin or meeting.begins >= begin)


def _meeting(meeting: Meeting, begin: datetime, end: datetime) -> dict[str, str]:
    preferences = current_preferences()
    when = _("All day")
    if not meeting.is_all_day:
        starts = time_text(preferences, meeting.begins) if meeting.begins >= begin else "…"
        ends = time_text(preferences, meeting.ends) if meeting.ends <= end else "…"
        when = f"{starts}–{ends}"
    return {**_words(meeting.activity), "when": when, "place": meeting.place}


def _task(task: Task, *, with_day: bool = True) -> dict[str, str]:
    preferences = current_preferences()
    when = ""
    if task.due_at is not None and task.due_moment is not None:
        when = time_text(preferences, task.due_moment)
    if with_day and task.due_on is not None:
        when = date_text(preferences, task.due_on)
    return {**_words(task.activity), "when": when, "place": ""}


def _words(activity: Activity) -> dict[str, str]:
    about = ", ".join(link.entity.display_name for link in activity.subjects)
    text = activity.snippet if len(activity.snippet) <= _LONGEST_TEXT else f"{activity.snippet[:_LONGEST_TEXT]} …"
    return {"subject": activity.subject, "about": about, "text": text}
