"""One task: written down, read with its steps and its past, changed, completed from anywhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.accounts.models import User
from apps.activities.forms.tasks import SnoozeForm, TaskForm
from apps.activities.models import Task
from apps.activities.permissions import can_change_task
from apps.activities.selectors.task_history import history_of
from apps.activities.selectors.tasks import prepare
from apps.activities.services import task_states
from apps.activities.services.task_duties import assign_task
from apps.activities.services.tasks import add_task, update_task
from apps.activities.task_drawing import draw_task
from apps.activities.views.tasks import tell, undo_url
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.core.sheets import close_sheet, page_before
from apps.core.toasts import toast, with_toast

Act = Callable[..., int | None]


@staff_required
@require_http_methods(["GET", "POST"])
def task_create(request: Request) -> HttpResponse:
    """The sheet for a new task, about the contact that `entity` names."""
    asked = request.GET.get("entity", "")
    wanted = [int(asked)] if asked.isdecimal() and len(asked) < 19 else []
    about = list(Entity.objects.visible_to(request.user).live().filter(pk__in=wanted))
    form = TaskForm(request.POST or None, user=request.user, entities=about)
    if request.method == "POST" and form.is_valid():
        try:
            task = add_task(actor=request.user, data=form.wanted(), now=clock.now())
        except ValidationError as error:
            tell(form, error)
        else:
            toast(request, _("The task is noted."))
            home = reverse("contacts:entity", args=[about[0].pk]) if about else task_url(task)
            return close_sheet(request, home)
    context = {"form": form, "title": _("New task"), "about": about[0] if about else None}
    return _sheet(request, context)


@staff_required
@require_GET
def task(request: Request, task_id: int) -> HttpResponse:
    found = seen_task(request, task_id)
    prepare([found], user=request.user, today=localdate(clock.now()))
    return render_page(request, "activities/task.html", task_context(request, found), fragment="task")


@staff_required
@require_http_methods(["GET", "POST"])
def task_edit(request: Request, task_id: int) -> HttpResponse:
    found = own_task(request, task_id)
    form = TaskForm(request.POST or None, user=request.user, task=found, entities=[])
    if request.method == "POST" and form.is_valid():
        try:
            operation = update_task(actor=request.user, task=found, data=form.wanted(), now=clock.now())
        except ValidationError as error:
            tell(form, error)
        else:
            toast(request, _("Saved"), undo_url=undo_url(operation))
            return close_sheet(request, task_url(found))
    return _sheet(request, {"form": form, "title": _("Change the task"), "task": found})


@staff_required
@require_POST
def task_complete(request: Request, task_id: int) -> HttpResponse:
    """From wherever its button stands: the row, the entry on a timeline, or its own page."""
    return _act(request, task_id, task_states.complete_task, _("Done. Well done!"))


@staff_required
@require_POST
def task_reopen(request: Request, task_id: int) -> HttpResponse:
    return _act(request, task_id, task_states.reopen_task, _("Open again"))


@staff_required
@require_POST
def task_cancel(request: Request, task_id: int) -> HttpResponse:
    return _act(request, task_id, task_states.cancel_task, _("The task was cancelled."))


@staff_required
@require_POST
def task_take(request: Request, task_id: int) -> HttpResponse:
    """Take a task upon oneself alone."""

    def take(*, actor: User, task: Task, now: datetime) -> int | None:
        return assign_task(actor=actor, task=task, user_ids=[actor.pk], now=now)

    return _act(request, task_id, take, _("It is yours now."))


@staff_required
@require_http_methods(["GET", "POST"])
def task_snooze(request: Request, task_id: int) -> HttpResponse:
    """Put it off: with a day it is out of sight till then, without one it is shown again."""
    found = own_task(request, task_id)
    now = clock.now()
    form = SnoozeForm(request.POST or None, today=localdate(now))
    if request.method == "POST" and ("wake" in request.POST or form.is_valid()):
        until = None if "wake" in request.POST else form.cleaned_data["until"]
        try:
            operation = task_states.snooze_task(actor=request.user, task=found, until=until, now=now)
        except ValidationError as error:
            tell(form, error)
        else:
            toast(request, _("Put off") if until else _("Shown again"), undo_url=undo_url(operation))
            return close_sheet(request, page_before(request, task_url(found)))
    context = {"form": form, "task": found, "title": _("Put off")}
    status = 422 if form.errors else 200
    return render_page(request, "activities/task_snooze.html", context, fragment="sheet", status=status)


# --- shared -----------------------------------------------------------------------------------------------------------
def seen_task(request: Request, task_id: int) -> Task:
    found = Task.objects.visible_to(request.user).select_related("activity", "activity__actor", "completed_by")
    return get_object_or_404(found, pk=task_id)


def own_task(request: Request, task_id: int) -> Task:
    """The task, if the reader may change it; who sees it but may not is refused."""
    found = seen_task(request, task_id)
    if not can_change_task(request.user, found, on=clock.now().date()):
        raise PermissionDenied
    return found


def _act(request: Request, task_id: int, act: Act, text: str) -> HttpResponse:
    found = seen_task(request, task_id)
    operation = act(actor=request.user, task=found, now=clock.now())
    fresh = seen_task(request, task_id)
    undo = undo_url(operation)
    where = request.GET.get("as", "") if request.htmx else ""
    if where == "facts":
        return with_toast(HttpResponse(draw_task(fresh.activity)), text, undo_url=undo)
    if where == "row":
        prepare([fresh], user=request.user, today=localdate(clock.now()))
        answer = render_page(request, "activities/_task_row.html", {"task": fresh})
        return with_toast(answer, text, undo_url=undo)
    toast(request, text, undo_url=undo)
    return close_sheet(request, page_before(request, task_url(found)))


def task_context(request: Request, found: Task) -> dict[str, object]:
    return {
        "task": found,
        "may_change": found.may_change,  # type: ignore[attr-defined]  # from `prepare`
        "assignees": found.assignees.select_related("user", "assigned_by").order_by("pk"),
        "items": found.items.order_by("position", "pk"),
        "events": history_of(found),
        "states": [(state, state.label) for state in Task.OPEN if state != found.state],
        "reader": request.user,
    }


def _sheet(request: Request, context: dict[str, object]) -> HttpResponse:
    form = context["form"]
    status = 422 if isinstance(form, TaskForm) and form.errors else 200
    return render_page(request, "activities/task_sheet.html", context, fragment="sheet", status=status)


def task_url(task: Task) -> str:
    return reverse("activities:task", args=[task.pk])
