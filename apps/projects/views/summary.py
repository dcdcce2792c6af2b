"""All projects in one place: what happened, what is to be done, and those that one contact takes part in."""

from __future__ import annotations

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.timezone import localdate
from django.views.decorators.http import require_GET

from apps.accounts.decorators import staff_required
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.projects.project_tabs import summary_tabs
from apps.projects.selectors import summary
from apps.projects.summary_forms import AllHistoryForm, AllTasksForm


@staff_required
@require_GET
def history_of_all(request: Request) -> HttpResponse:
    """Further pages with `after`."""
    form = AllHistoryForm(request.GET, user=request.user)
    now, after = clock.now(), request.GET.get("after", "")
    asked, narrowing = form.asked(), form.narrowing(localdate(now))
    context = {
        "tabs": summary_tabs("history"),
        "timeline": summary.history_of_all(request.user, now=now, asked=asked, narrowing=narrowing, after=after),
        "form": form,
        "reader": request.user,
        "asked": _without_page(request.GET),
        "narrowed": bool(asked or narrowing),
    }
    return render_page(request, "projects/all_history.html", context, fragment="history-page" if after else "history")


@staff_required
@require_GET
def tasks_of_all(request: Request) -> HttpResponse:
    """What is open in all projects that the reader is in, or what is done; further pages with `after`."""
    form = AllTasksForm(request.GET, user=request.user)
    asked, due, after = form.asked(), form.due(), request.GET.get("after", "")
    today = localdate(clock.now())
    context = {
        "tabs": summary_tabs("tasks"),
        "page": summary.tasks_of_all(request.user, today=today, asked=asked, due=due, after=after),
        "form": form,
        "asked": _without_page(request.GET),
        "narrowed": bool(asked or due),
        "show_people": True,
    }
    return render_page(request, "projects/all_tasks.html", context, fragment="todo-page" if after else "todo")


@staff_required
@require_GET
def projects_of_contact(request: Request, entity_id: int) -> HttpResponse:
    """Those that one contact, or one of its people, takes part in; a part of its page."""
    entity = get_object_or_404(Entity.objects.visible_to(request.user), pk=entity_id)
    rows = summary.projects_of_contact(entity, request.user, now=clock.now())
    context = {"entity": entity, "rows": rows, "side": "company" if entity.is_organisation else "person"}
    return render_page(request, "projects/of_contact.html", context, fragment="panel")


def _without_page(given: QueryDict) -> str:
    asked = given.copy()
    asked.pop("after", None)
    return asked.urlencode()
