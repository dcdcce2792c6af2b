"""What was said, found again: in one group or in all of one's own."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from apps.accounts.decorators import staff_required
from apps.core.htmx import Request, render_page
from apps.projects.doors import enter, number
from apps.projects.models import Group
from apps.projects.selectors.groups import title_of
from apps.projects.selectors.search import find_messages

_MOST_ASKED = 200  # characters


@staff_required
@require_GET
def search(request: Request) -> HttpResponse:
    return _found(request, None)


@staff_required
@require_GET
def group_search(request: Request, group_id: int) -> HttpResponse:
    found, _member = enter(request.user, group_id)
    return _found(request, found)


def _found(request: Request, group: Group | None) -> HttpResponse:
    text = request.GET.get("q", "").replace("\x00", "")[:_MOST_ASKED]
    before = number(request.GET.get("before")) if group else 0
    found = find_messages(request.user, text, group_id=group.pk if group else None, before=before)
    context = {
        "group": group,
        "title": title_of(group, request.user) if group else "",
        "q": text,
        "found": found,
        "before": found.messages[-1].seq if group and found.has_more else 0,
    }
    fragment = "hits" if "before" in request.GET else "found" if "q" in request.GET else "sheet"
    return render_page(request, "projects/search.html", context, fragment=fragment)
