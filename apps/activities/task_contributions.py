"""What tasks add to the frame, to Home, to contacts and to core."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import is_staff_member
from apps.activities import task_drawing, unplanned_listing
from apps.activities.models import ActivityEntity, Task, TaskAssignee, TaskItem
from apps.activities.selectors.tasks import HomeTasks, due_now, waiting_for
from apps.activities.services.task_changes import tell_changed
from apps.activities.task_listing import KEY, task_listing
from apps.core import clock
from apps.core.contributions import (
    Kind,
    MenuItem,
    RecordAction,
    Undoer,
    home_cards,
    kinds,
    menu,
    record_actions,
    undoers,
    verbs,
)
from apps.core.home import HomeCard
from apps.core.listing import Listing, ListingEntry, listings

ROOT = "activities.activity"
VERBS = {
    "task.added": _("Task added"),
    "task.updated": _("Task changed"),
    "task.assigned": _("Task given to somebody"),
    "task.completed": _("Task completed"),
    "task.reopened": _("Task taken up again"),
    "task.cancelled": _("Task cancelled"),
    "task.snoozed": _("Task put off"),
    "task.due_changed": _("Task due another day"),
    "task.moved": _("Task moved on the board"),
    "task.item_added": _("Line added to a checklist"),
    "task.item_ticked": _("Line of a checklist ticked"),
    "task.item_removed": _("Line of a checklist removed"),
}


def register() -> None:
    """Called once, when the app is ready."""
    for verb, title in VERBS.items():
        verbs.register(verb, title)
    stamps = frozenset({"changed_at", "changed_by"})
    undoers.register(
        "activities.task", Undoer(Task, subject_field="activity_id", root=ROOT, ignore=stamps, after=tell_changed)
    )
    for record_type, model, subject, copied in (
        ("activities.activityentity", ActivityEntity, "activity_id", "occurred_at"),
        ("activities.taskassignee", TaskAssignee, "task_id", "is_over"),
    ):
        undoers.register(record_type, Undoer(model, subject_field=subject, root=ROOT, ignore=frozenset({copied})))
    undoers.register("activities.taskitem", Undoer(TaskItem, subject_field="task_id", root=ROOT))
    kinds.register("task", Kind(_("Task"), "checkbox", task_drawing.draw_task, task_drawing.task_page))
    listings.register(KEY, ListingEntry(_listing))
    listings.register(unplanned_listing.KEY, ListingEntry(_unplanned))
    tasks = MenuItem("main", _("Tasks"), "activities:tasks", "checkbox", is_staff_member, section="/activities/tasks/")
    menu.register("tasks", tasks, position=30)
    new = MenuItem("new", _("Task"), "activities:task_create", "checkbox", is_staff_member, shortcut="t")
    menu.register("tasks.new", new, position=15)
    record_actions.register("task", RecordAction("contact", _("Plan a task"), "checkbox", _plan))
    due = HomeCard(
        title=_("Due today"),
        icon="checkbox",
        render=_due,
        may_have=is_staff_member,
        nothing=_("Nothing is due today."),
    )
    home_cards.register("tasks.due", due, position=2)
    waiting = HomeCard(
        title=_("Waiting for me"),
        icon="inbox",
        render=_waiting,
        may_have=is_staff_member,
        nothing=_("Nothing waits for you."),
    )
    home_cards.register("tasks.waiting", waiting, position=4)


def _plan(entity_id: int) -> str:
    return f"{reverse('activities:task_create')}?entity={entity_id}"


def _listing(request: HttpRequest) -> Listing | None:
    return task_listing(request.user) if is_staff_member(request.user) else None


def _unplanned(request: HttpRequest) -> Listing | None:
    return unplanned_listing.unplanned_listing(request.user) if is_staff_member(request.user) else None


def _due(request: HttpRequest) -> str:
    return _card(request, due_now)


def _waiting(request: HttpRequest) -> str:
    return _card(request, waiting_for)


def _card(request: HttpRequest, find: Callable[..., HomeTasks]) -> str:
    """Tasks on Home with their one button; nothing where there are none."""
    if not is_staff_member(request.user):
        return ""
    found = find(request.user, today=localdate(clock.now()))
    if not found.tasks:
        return ""
    return render_to_string("activities/tasks_card.html", {"found": found}, request)
