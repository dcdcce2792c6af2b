"""What happened in a project and what is to be done there."""

from __future__ import annotations

from dataclasses import replace

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.decorators import staff_required
from apps.activities.forms.tasks import TaskForm
from apps.activities.services.recording import Context
from apps.activities.services.tasks import add_task
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.setting_sheets import saved
from apps.projects import permissions
from apps.projects.doors import enter_project
from apps.projects.project_forms import HistoryForm
from apps.projects.project_reach import CONTEXT
from apps.projects.project_tabs import page_context
from apps.projects.selectors.projects import project_history, project_tasks, seen_participants


@staff_required
@require_GET
def history(request: Request, group_id: int) -> HttpResponse:
    """Further pages with `after`."""
    project, _member = enter_project(request.user, group_id)
    form = HistoryForm(request.GET, participants=seen_participants(project, request.user))
    kind, entity_id = form.asked()
    after = request.GET.get("after", "")
    page = project_history(project, request.user, now=clock.now(), kind=kind, entity_id=entity_id, after=after)
    asked = request.GET.copy()
    asked.pop("after", None)
    context = page_context(project, "history") | {
        "timeline": page,
        "form": form,
        "reader": request.user,
        "asked": asked.urlencode(),
        "narrowed": bool(kind or entity_id),
    }
    return render_page(request, "projects/history.html", context, fragment="history-page" if after else "history")


@staff_required
@require_GET
def tasks(request: Request, group_id: int) -> HttpResponse:
    """Open ones, or with `over` what is done; further pages with `after`."""
    project, member = enter_project(request.user, group_id)
    after, is_over = request.GET.get("after", ""), request.GET.get("over") == "1"
    page = project_tasks(project, request.user, today=localdate(clock.now()), after=after, is_over=is_over)
    context = page_context(project, "tasks") | {
        "page": page,
        "is_over": is_over,
        "asked": "over=1" if is_over else "",
        "show_people": True,
        "may_write": permissions.can_write(project.group, member),
    }
    return render_page(request, "projects/tasks.html", context, fragment="todo-page" if after else "todo")


@staff_required
@require_http_methods(["GET", "POST"])
def task_add(request: Request, group_id: int) -> HttpResponse:
    """A task of the project: it stands in everybody's one list of tasks too."""
    project, member = enter_project(request.user, group_id)
    if not permissions.can_write(project.group, member):
        raise PermissionDenied
    form = TaskForm(request.POST or None, user=request.user, entities=[])
    if request.method == "POST" and form.is_valid():
        wanted = replace(form.wanted(), context=Context(CONTEXT, project.pk))
        try:
            add_task(actor=request.user, data=wanted, now=clock.now())
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, reverse("projects:project_tasks", args=[group_id]), _("The task is noted."))
    context = {"form": form, "title": _("New task"), "about": None}
    status = 422 if form.errors else 200
    return render_page(request, "activities/task_sheet.html", context, fragment="sheet", status=status)
