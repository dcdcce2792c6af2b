"""What the list of contacts shows and asks of next steps."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from apps.accounts.templatetags.formats import day
from apps.activities.selectors.next_steps import is_overdue, step_links
from apps.core import clock
from apps.core.listing import ChoiceFilter, Column, Filter
from apps.core.markup import fill, icon, record_url

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.core.listing.filters import Values

NONE = "none"
CHOICES = [
    ("overdue", _("Overdue")),
    ("today", _("Due today")),
    ("week", _("In the next seven days")),
    ("undated", _("Without a day")),
    (NONE, _("Nothing planned")),
]


def columns(user: User) -> list[Column]:
    """One first step for each row of the page, asked at once."""
    now = clock.now()
    today = localdate(now)
    first = step_links(user, now=now).select_related("activity")[:1]
    steps = Prefetch("activity_links", first, to_attr="next_steps")
    return [
        Column("next-step", _("Next step"), _step, default=False, prefetch=(steps,)),
        Column("next-step-on", _("Next step on"), lambda entity: _day(entity, today), default=False, prefetch=(steps,)),
    ]


def filters(user: User) -> list[Filter]:
    def narrow(queryset: QuerySet[Any], values: Values) -> QuerySet[Any]:
        now = clock.now()
        links = step_links(user, now=now).filter(entity=OuterRef("pk")).order_by()
        wanted = Q()
        for value in values:
            found = Q(Exists(links)) if value == NONE else Q(Exists(links.filter(_when(value, localdate(now)))))
            wanted |= ~found if value == NONE else found
        return queryset.filter(wanted)

    return [ChoiceFilter(key="next-step", title=_("Next step"), choices=CHOICES, narrow=narrow, section=_("Planned"))]


def _when(value: str, today: date) -> Q:
    match value:
        case "overdue":
            return Q(day__lt=today)
        case "today":
            return Q(day=today)
        case "week":
            return Q(day__gt=today, day__lte=date.fromordinal(today.toordinal() + 7))
        case _:
            return Q(day__isnull=True)


def _step(entity: Any) -> object:
    if not entity.next_steps:
        return ""
    activity = entity.next_steps[0].activity
    if activity.kind == "meeting":
        return fill("{}{}", icon("calendar-event"), activity.subject)
    page = record_url("activities:task", activity.pk)
    return fill('<a class="task-contact" href="{}">{}{}</a>', page, icon("checkbox"), activity.subject)


def _day(entity: Any, today: date) -> object:
    if not entity.next_steps or entity.next_steps[0].day is None:
        return ""
    on = entity.next_steps[0].day
    if not is_overdue(on, today=today):
        return day(on)
    late = fill('<span class="visually-hidden">{} </span>', _("Overdue since"))
    return fill('<span class="task-due task-due--late">{}{}</span>', late, day(on))
