"""The list of contacts by their next step: its columns, and what can be done with the steps of chosen ones."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, cast

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from apps.accounts.templatetags.formats import day
from apps.activities.selectors.next_steps import is_overdue, step_links
from apps.contacts.models import Entity
from apps.contacts.selectors.narrowing import narrow_by_words
from apps.core.listing import Action, ChoiceFilter, Column, Empty, Listing
from apps.core.markup import fill, icon, record_url
from apps.crm.models import Assignment
from apps.crm.models.assignments import valid_on
from apps.crm.selectors.follow_up import MINE, NOTHING, OVERDUE, TODAY, UPCOMING

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.contacts.models.entities import EntityQuerySet

KEY = "crm.follow_up"
_EMPTY = {
    OVERDUE: Empty(_("Nothing is overdue"), _("Contacts whose next step was due before today stand here."), "checks"),
    TODAY: Empty(_("Nothing is due today"), _("Contacts whose next step is due today stand here."), "calendar-check"),
    UPCOMING: Empty(_("Nothing lies ahead"), _("Contacts with a step to come stand here."), "calendar-event"),
    NOTHING: Empty(_("Everybody has a next step"), _("Contacts with nothing planned stand here."), "checks"),
}


def follow_up_listing(user: User, *, whose: str, state: str, now: datetime) -> Listing:
    today = localdate(now)
    first = step_links(user, now=now).select_related("activity")[:1]
    held = Assignment.objects.filter(valid_on(today), purpose="account").select_related("user", "team")
    steps = Prefetch("activity_links", first, to_attr="next_steps")
    charge = Prefetch("assignments", held.order_by("-layer", "pk"), to_attr="charge")

    def fetch(queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = [steps] if whose == MINE else [steps, charge]
        return queryset.defer("search_text", "notes").prefetch_related(*wanted)

    columns = [
        Column("name", _("Contact"), lambda entity: entity.display_name, sort=("sort_name",), fixed=True),
        Column("organisation", _("Organisation"), lambda entity: entity.organisation, sort=("organisation_key",)),
    ]
    if state != NOTHING:
        columns += [
            Column("step", _("Next step"), _step),
            Column("day", _("On"), lambda entity: _day(entity, today), sort=("step_day",)),
        ]
    if whose != MINE:
        columns.append(Column("charge", _("In charge"), _charge))
    columns.append(Column("phone", _("Phone"), lambda entity: entity.primary_phone, default=False))
    return Listing(
        key=KEY,
        columns=columns,
        default_sort="name" if state == NOTHING else "day",
        filters=[ChoiceFilter(key="kind", title=_("Kind"), field="kind", choices=Entity.Kind.choices)],
        search=lambda queryset, text: narrow_by_words(cast("EntityQuerySet", queryset), text),
        search_label=_("Search contacts"),
        fetch=fetch,
        row_url=lambda entity: record_url("contacts:entity", entity.pk),
        row_label=lambda entity: entity.display_name,
        row_actions=_plan if state == NOTHING else None,
        actions=_actions(whose, state),
        empty=_EMPTY[state],
        path=reverse("crm:follow_up", args=[whose, state]),
    )


def _actions(whose: str, state: str) -> list[Action]:
    def url(act: str) -> str:
        return reverse("crm:follow_up_bulk", args=[whose, state, act])

    if state == NOTHING:
        return [Action("plan", _("Plan a task"), url("plan"), "checkbox", sheet=True)]
    return [
        Action("complete", _("Done"), url("complete"), "check"),
        Action("snooze", _("Put off"), url("snooze"), "zzz", sheet=True),
        Action("due", _("Due another day"), url("due"), "calendar-due", sheet=True),
        Action("assign", _("Give to"), url("assign"), "user-share", sheet=True),
    ]


def _step(entity: Any) -> object:
    if not entity.next_steps:
        return ""
    activity = entity.next_steps[0].activity
    if activity.kind == "meeting":
        return fill("{}{}", icon("calendar-event"), activity.subject)
    page = record_url("activities:task", activity.pk)
    return fill('<a class="task-contact" href="{}">{}{}</a>', page, icon("checkbox"), activity.subject)


def _day(entity: Any, today: date) -> object:
    on = entity.next_steps[0].day if entity.next_steps else None
    if on is None:
        return translated("without a day")
    if not is_overdue(on, today=today):
        return day(on)
    late = fill('<span class="visually-hidden">{} </span>', _("Overdue since"))
    return fill('<span class="task-due task-due--late">{}{}</span>', late, day(on))


def _charge(entity: Any) -> object:
    return str(entity.charge[0].user or entity.charge[0].team) if entity.charge else ""


def _plan(entity: Entity) -> object:
    words = translated("Plan a task with %(name)s") % {"name": entity.display_name}
    url = f"{reverse('activities:task_create')}?entity={entity.pk}"
    return fill(
        '<a class="btn btn--plain" href="{}" data-sheet aria-label="{}">{}{}</a>',
        *(url, words, icon("checkbox"), translated("Plan a task")),
    )
