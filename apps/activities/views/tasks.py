"""Tasks by day, as a list and on the board; what is done with many of them at once."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import get_current_timezone_name, localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.decorators import staff_required
from apps.accounts.preferences import preferences_of
from apps.activities.forms.tasks import AssignForm, DueForm
from apps.activities.selectors import tasks as selectors
from apps.activities.services.task_changes import MOST_AT_ONCE, Changed
from apps.activities.services.task_duties import assign_tasks
from apps.activities.services.task_states import cancel_tasks, complete_tasks, set_due
from apps.activities.task_listing import OPEN_QUERY, task_listing
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.core.sheets import close_sheet, way_back
from apps.core.toasts import toast

VIEWS = ("todo", "list", "board")


@staff_required
@require_GET
def todo(request: Request, whose: str = "mine") -> HttpResponse:
    """What is open, by the day on which it is to be done; further pages come as one scrolls."""
    whose = _known(whose)
    after = request.GET.get("after", "")
    page = selectors.todo(request.user, whose, today=localdate(clock.now()), after=after)
    context = {**frame("todo", whose), "page": page}
    return render_page(request, "activities/tasks_todo.html", context, fragment="todo-page" if after else "todo")


@staff_required
@require_GET
def task_list(request: Request, whose: str) -> HttpResponse:
    whose = _known(whose)
    listing = task_listing(request.user, whose)
    found = selectors.scope(request.user, whose, today=localdate(clock.now()))
    page = listing.page(request, found, page_size=preferences_of(request.user).page_size)
    return page.render(request, "activities/tasks_list.html", frame("list", whose))


@staff_required
@require_GET
def board(request: Request, whose: str) -> HttpResponse:
    return render_board(request, _known(whose))


def render_board(request: Request, whose: str) -> HttpResponse:
    columns = selectors.board(request.user, whose, today=localdate(clock.now()))
    context = {**frame("board", whose), "columns": columns}
    return render_page(request, "activities/tasks_board.html", context, fragment="board")


@staff_required
@require_POST
def task_bulk(request: Request, action: str) -> HttpResponse:
    """The list posts its selection here; what needs an answer first opens in the sheet and posts itself with it."""
    whose = _known(request.GET.get("whose", "all"))
    found = selectors.scope(request.user, whose, today=localdate(clock.now()))
    selection = task_listing(request.user, whose).selection(request, found)
    back = way_back(request, reverse("activities:task_list", args=[whose]))
    if action not in ("complete", "cancel", "assign", "due"):
        raise Http404
    ids = list(selection.queryset.order_by("pk").values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    if len(ids) > MOST_AT_ONCE:
        words = _("At most %(limit)s tasks can be changed at once. Narrow the list first.") % {"limit": MOST_AT_ONCE}
        toast(request, words, kind="warning")
        return close_sheet(request, back)
    if action == "complete":
        return _told(request, complete_tasks(actor=request.user, ids=ids, now=clock.now()), back)
    if action == "cancel":
        return _told(request, cancel_tasks(actor=request.user, ids=ids, now=clock.now()), back)
    confirmed = request.POST if "confirmed" in request.POST else None
    form: Form = AssignForm(confirmed) if action == "assign" else DueForm(confirmed)
    if confirmed is not None and form.is_valid():
        try:
            changed = _apply(request, action, ids, form.cleaned_data)
        except ValidationError as error:
            tell(form, error)
        else:
            return _told(request, changed, back)
    title = _("Give to") if action == "assign" else _("Due another day")
    context = {"form": form, "title": title, "selection": selection, "number": len(ids), "back": back}
    status = 422 if form.errors else 200
    return render_page(request, "activities/tasks_bulk.html", context, fragment="sheet", status=status)


def _apply(request: Request, action: str, ids: list[int], typed: dict[str, Any]) -> Changed:
    now = clock.now()
    if action == "assign":
        users = [user.pk for user in typed["assignees"]]
        return assign_tasks(actor=request.user, ids=ids, user_ids=users, now=now)
    zone = get_current_timezone_name()
    return set_due(actor=request.user, ids=ids, due_on=typed["due_on"], zone=zone, now=now)


def _told(request: Request, changed: Changed, back: str) -> HttpResponse:
    count = len(changed.ids)
    text = ngettext("%(count)d task was changed.", "%(count)d tasks were changed.", count) % {"count": count}
    if changed.skipped:
        left = ngettext("%(count)d was left as it is.", "%(count)d were left as they are.", changed.skipped) % {
            "count": changed.skipped
        }
        text = f"{text} {left}"
    toast(request, text, kind="success" if count else "info", undo_url=undo_url(changed.operation_id))
    if request.htmx:
        return close_sheet(request, back)
    return redirect(back)


# --- shared with the pages of one task --------------------------------------------------------------------------------
def undo_url(operation_id: int | None) -> str:
    return reverse("core:operation_undo", args=[operation_id]) if operation_id else ""


def tell(form: Form, error: ValidationError) -> None:
    """Put a service's complaints to the fields that they are about."""
    told: dict[str, Any] = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for name, messages in told.items():
        for message in messages:
            form.add_error(name if name in form.fields else None, message)


def frame(view: str, whose: str) -> dict[str, Any]:
    """The tabs of the three views and the switch of whose tasks they show."""
    titles = {"todo": _("By day"), "list": _("List"), "board": _("Board")}
    whose_titles = {"mine": _("Mine"), "given": _("Given by me"), "team": _("My team's"), "all": _("All")}
    return {
        "view": view,
        "whose": whose,
        "unplanned_url": reverse("activities:unplanned"),
        "new_url": reverse("activities:task_create"),
        "show_people": whose != "mine",
        "tabs": [
            {"title": titles[each], "url": address(each, whose), "is_current": each == view, "count": None}
            for each in VIEWS
        ],
        "switch": [(key, title, address(view, key)) for key, title in whose_titles.items()],
    }


def address(view: str, whose: str) -> str:
    if view == "todo":
        return reverse("activities:tasks") if whose == "mine" else reverse("activities:tasks_of", args=[whose])
    if view == "list":
        return reverse("activities:task_list", args=[whose]) + OPEN_QUERY
    return reverse("activities:task_board", args=[whose])


def _known(whose: str) -> str:
    if whose not in selectors.WHOSE:
        raise Http404
    return whose
