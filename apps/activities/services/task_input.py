"""A task as somebody wants it, and what of that makes sense."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.activities.models import Activity, Task
from apps.activities.recurrence import UnknownRule, clean_rule
from apps.activities.services.recording import Context, clean_subject, clean_text

if TYPE_CHECKING:
    from apps.activities.models import ActivityCategory
    from apps.contacts.models import Entity

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2999, 12, 31)
MOST_ITEMS = 100


@dataclass(frozen=True, kw_only=True)
class TaskInput:
    """A task as somebody wants it. `assignees` are ids of users; `zone` an IANA name, in which `due_at` is meant."""

    subject: str
    zone: str
    text: str = ""
    entities: Sequence[Entity] = ()
    assignees: Collection[int] = ()
    due_on: date | None = None
    due_at: time | None = None
    priority: int = Task.Priority.NORMAL
    rrule: str = ""
    visibility: str = Activity.Visibility.PUBLIC
    category: ActivityCategory | None = None
    context: Context | None = None
    items: Sequence[str] = field(default_factory=tuple)  # of the checklist; taken for a new task only
    uid: str = ""  # of the file that brought it; taken for a new task only


def cleaned(data: TaskInput) -> TaskInput:
    """Raises ValidationError by field."""
    try:
        ZoneInfo(data.zone)
    except (ValueError, ZoneInfoNotFoundError, OSError) as error:
        raise ValidationError({"zone": _("There is no such time zone.")}) from error
    if data.due_on is not None and not FIRST_DAY <= data.due_on <= LAST_DAY:
        raise ValidationError({"due_on": _("Choose a day that somebody may live to see.")})
    if data.due_on is None and data.due_at is not None:
        raise ValidationError({"due_on": _("A time needs its day.")})
    if data.due_on is None and data.rrule:
        raise ValidationError({"due_on": _("Say when it is due for the first time.")})
    if data.priority not in Task.Priority.values:
        raise ValidationError({"priority": _("There is no such priority.")})
    if data.visibility not in Activity.Visibility.values:
        raise ValidationError({"visibility": _("Choose who may read it.")})
    try:
        rule = clean_rule(data.rrule, start=data.due_on) if data.due_on else ""
    except UnknownRule as error:
        raise ValidationError({"rrule": _("This rule of repetition can't be read.")}) from error
    items = [" ".join(text.replace("\x00", "").split())[:300] for text in data.items]
    if len(items) > MOST_ITEMS:
        raise ValidationError({"items": _("A checklist has at most %(limit)s lines.") % {"limit": MOST_ITEMS}})
    return replace(
        data,
        subject=clean_subject(data.subject, required=True),
        text=clean_text(data.text),
        rrule=rule,
        due_at=data.due_at.replace(second=0, microsecond=0) if data.due_at else None,
        entities=list(dict.fromkeys(data.entities)),
        items=[text for text in items if text],
    )
