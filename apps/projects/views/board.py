"""The board of a project's tasks: what is to be done, by its state."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.decorators import staff_required
from apps.activities.permissions import can_change_task
from apps.activities.selectors.tasks import board_of, places_of, read_place
from apps.activities.services.task_states import move_task
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.core.sheets import close_sheet, page_before
from apps.core.toasts import toast, with_toast
from apps.projects import permissions
from apps.projects.doors import enter_project
from apps.projects.models import Membership, Project
from apps.projects.project_tabs import page_context
from apps.projects.selectors.projects import tasks_of


@staff_required
@require_GET
def project_board(request: Request, group_id: int) -> HttpResponse:
    project, member = enter_project(request.user, group_id)
    return _board(request, project, member)


@staff_required
@require_http_methods(["GET", "POST"])
def task_move(request: Request, group_id: int, task_id: int) -> HttpResponse:
    """`place` is where to, as `read_place` has it; asked, all places."""
    project, member = enter_project(request.user, group_id)
    among = tasks_of(project, request.user)
    task = get_object_or_404(among.select_related("activity"), pk=task_id)
    now, back = clock.now(), reverse("projects:project_board", args=[group_id])
    if not can_change_task(request.user, task, on=localdate(now)):
        raise PermissionDenied
    if request.method == "GET":
        context = {"task": task, "back": back, "places": places_of(task, among)}
        return render_page(request, "activities/task_move.html", context, fragment="sheet")
    state, above, below = read_place(request.POST.get("place", ""))
    try:
        operation = move_task(actor=request.user, task=task, state=state, above=above, below=below, now=now)
    except ValidationError as error:
        return HttpResponse(" ".join(error.messages), status=422, content_type="text/plain; charset=utf-8")
    undo_url = reverse("core:operation_undo", args=[operation]) if operation else ""
    if request.htmx.target == "board":
        return with_toast(_board(request, project, member), _("Moved"), undo_url=undo_url)
    toast(request, _("Moved"), undo_url=undo_url)
    return close_sheet(request, page_before(request, back))


def _board(request: Request, project: Project, member: Membership) -> HttpResponse:
    columns = board_of(tasks_of(project, request.user), user=request.user, today=localdate(clock.now()))
    context = page_context(project, "tasks") | {
        "columns": columns,
        "may_write": permissions.can_write(project.group, member),
        "channel": f"{project.group.channel}:{get_language()}",
    }
    return render_page(request, "projects/board.html", context, fragment="board")
