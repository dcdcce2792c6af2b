"""Small steps with one task: its place on the board, its checklist."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.activities.models import Task, TaskItem
from apps.activities.selectors.tasks import WHOSE, places_of, prepare, read_place, scope
from apps.activities.services import task_states
from apps.activities.services.task_items import add_item, remove_item, tick_item
from apps.activities.views.task_pages import own_task, seen_task, task_context, task_url
from apps.activities.views.tasks import render_board, undo_url
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.core.sheets import close_sheet, page_before
from apps.core.toasts import toast, with_toast


@staff_required
@require_http_methods(["GET", "POST"])
def task_move(request: Request, task_id: int) -> HttpResponse:
    """`place` is "state:above:below", the ids of its neighbours on the board, or "state" alone; asked, all places."""
    found = own_task(request, task_id)
    if request.method == "GET":
        return _places(request, found)
    state, above, below = read_place(request.POST.get("place", ""))
    try:
        operation = task_states.move_task(
            actor=request.user, task=found, state=state, above=above, below=below, now=clock.now()
        )
    except ValidationError as error:
        return HttpResponse(" ".join(error.messages), status=422, content_type="text/plain; charset=utf-8")
    text = _("Moved")
    if request.headers.get("HX-Target") == "board" and (whose := request.GET.get("whose", "")) in WHOSE:
        return with_toast(render_board(request, whose), text, undo_url=undo_url(operation))
    toast(request, text, undo_url=undo_url(operation))
    return close_sheet(request, page_before(request, task_url(found)))


@staff_required
@require_POST
def item_add(request: Request, task_id: int) -> HttpResponse:
    found = own_task(request, task_id)
    try:
        add_item(actor=request.user, task=found, text=request.POST.get("text", ""), now=clock.now())
    except ValidationError as error:
        return _show(request, found, error=" ".join(error.messages))
    return _show(request, found)


@staff_required
@require_POST
def item_tick(request: Request, task_id: int, item_id: int) -> HttpResponse:
    found = own_task(request, task_id)
    item = _item(request, found, item_id)
    tick_item(actor=request.user, item=item, is_done=not item.is_done, now=clock.now())
    return _show(request, found)


@staff_required
@require_POST
def item_remove(request: Request, task_id: int, item_id: int) -> HttpResponse:
    found = own_task(request, task_id)
    item = _item(request, found, item_id)
    operation = remove_item(actor=request.user, item=item, now=clock.now())
    return _show(request, found, undo=undo_url(operation), text=_("The line was removed."))


def _places(request: Request, task: Task) -> HttpResponse:
    whose = request.GET.get("whose", "")
    whose = whose if whose in WHOSE else "mine"
    among = scope(request.user, whose, today=localdate(clock.now()))
    back = reverse("activities:task_board", args=[whose])
    context = {"task": task, "back": back, "places": places_of(task, among)}
    return render_page(request, "activities/task_move.html", context, fragment="sheet")


def _item(request: Request, task: Task, item_id: int) -> TaskItem:
    items = TaskItem.objects.filter(task__in=Task.objects.visible_to(request.user), task=task)
    return get_object_or_404(items.filter(pk=item_id))


def _show(request: Request, task: Task, *, error: str = "", undo: str = "", text: str = "") -> HttpResponse:
    if not request.htmx and not error:
        return close_sheet(request, task_url(task))
    fresh = seen_task(request, task.pk)
    prepare([fresh], user=request.user, today=localdate(clock.now()))
    context = {**task_context(request, fresh), "item_error": error}
    answer = render_page(request, "activities/task.html", context, fragment="task", status=422 if error else 200)
    return with_toast(answer, text, undo_url=undo) if text else answer
