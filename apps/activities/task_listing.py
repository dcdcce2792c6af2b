"""The list of tasks: its columns, filters and what can be done with chosen rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.templatetags.formats import moment
from apps.activities import task_drawing
from apps.activities.models import ActivityEntity, Task, TaskAssignee
from apps.contacts.models import Entity
from apps.core.listing import (
    Action,
    ChoiceFilter,
    Column,
    DateRangeFilter,
    Empty,
    Listing,
    NewFilter,
    RecordFilter,
)
from apps.core.markup import fill, fill_each, record_url

if TYPE_CHECKING:
    from apps.core.listing.filters import Choices, Values

KEY = "activities.tasks"
OPEN_QUERY = "?f.state=open&f.state=in_progress&f.state=waiting"


def task_listing(user: User, whose: str = "all") -> Listing:
    """The tasks that `user` sees; `whose` tells the selection bar which of them it is about."""
    visible = Entity.objects.visible_to(user)
    subjects = ActivityEntity.objects.filter(via_employer=False, entity__in=visible).select_related("entity")

    def fetch(queryset: QuerySet[Any]) -> Iterable[Any]:
        seen = Prefetch("activity__participants", subjects.order_by("pk"), to_attr="seen")
        return queryset.select_related("activity", "activity__actor").prefetch_related(seen)

    return Listing(
        key=KEY,
        columns=_COLUMNS,
        default_sort="due",
        filters=[
            ChoiceFilter(key="state", title=_("State"), field="state", choices=Task.State.choices),
            RecordFilter(
                key="assignee",
                title=_("Who does it"),
                narrow=_done_by,
                pick_url=reverse("accounts:user_pick"),
                titles=_users,
            ),
            DateRangeFilter(key="due", title=_("Due"), field="due_on"),
            ChoiceFilter(
                key="priority",
                title=_("Priority"),
                field="priority",
                choices=[(str(value), label) for value, label in Task.Priority.choices],
            ),
            RecordFilter(
                key="contact",
                title=_("Contact"),
                narrow=_about,
                pick_url=reverse("contacts:pick"),
                titles=lambda values: [(str(each.pk), each.display_name) for each in visible.filter(pk__in=values)],
            ),
            NewFilter(user=user, list_key=KEY, at="changed_at", by="changed_by"),
        ],
        search=lambda queryset, text: queryset.filter(activity__subject__icontains=text),
        search_label=_("Search tasks"),
        fetch=fetch,
        row_url=lambda task: record_url("activities:task", task.pk),
        row_label=lambda task: task.activity.subject,
        actions=[
            Action("complete", _("Complete"), _bulk("complete", whose), "check"),
            Action("assign", _("Give to"), _bulk("assign", whose), "user-share", sheet=True),
            Action("due", _("Due another day"), _bulk("due", whose), "calendar-due", sheet=True),
            Action("cancel", _("Cancel tasks"), _bulk("cancel", whose), "ban", danger=True),
        ],
        empty=Empty(
            _("No tasks here"),
            _("What is to be done, by whom and until when, stands here."),
            "checkbox",
            _("New task"),
            reverse("activities:task_create"),
        ),
        path=reverse("activities:task_list", args=[whose]),
    )


def _bulk(action: str, whose: str) -> str:
    return reverse("activities:task_bulk", args=[action]) + f"?whose={whose}"


def _done_by(queryset: QuerySet[Any], values: Values) -> QuerySet[Any]:
    return queryset.filter(Exists(TaskAssignee.objects.filter(task=OuterRef("pk"), user__in=list(map(int, values)))))


def _about(queryset: QuerySet[Any], values: Values) -> QuerySet[Any]:
    links = ActivityEntity.objects.filter(activity=OuterRef("pk"), entity__in=list(map(int, values)))
    return queryset.filter(Exists(links))


def _users(values: Values) -> Choices:
    return [(str(user.pk), str(user)) for user in User.objects.filter(pk__in=list(map(int, values)))]


# --- cells ------------------------------------------------------------------------------------------------------------
def _title(task: Any) -> object:
    urgent = task_drawing.priority(task.priority)
    return fill("{} {}", task.activity.subject, urgent) if urgent else task.activity.subject


def _contacts(task: Any) -> SafeString:
    rows = [(record_url("contacts:entity", link.entity_id), link.entity.display_name) for link in task.activity.seen]
    return fill_each('<a class="task-contact" href="{}">{}</a> ', rows)


def _people(task: Any) -> object:
    return ", ".join(task.activity.facts.get("assignees", []))


_COLUMNS = [
    Column("title", _("Task"), _title, sort=("activity__subject",), fixed=True),
    Column("state", _("State"), lambda task: task_drawing.badge(task.state, wide=True), sort=("state", "position")),
    Column("due", _("Due"), lambda task: task_drawing.due(task.activity.facts), sort=("due_on",)),
    Column("assignees", _("Who does it"), _people),
    Column("contacts", _("Contacts"), _contacts),
    Column("priority", _("Priority"), lambda task: task.get_priority_display(), sort=("priority",), default=False),
    Column("author", _("Given by"), lambda task: task.activity.actor or "", default=False),
    Column("completed", _("Completed"), lambda task: moment(task.completed_at), sort=("completed_at",), default=False),
]
