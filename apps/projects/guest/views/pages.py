"""A guest's projects, and the parts of one that aren't its chat."""

from __future__ import annotations

from itertools import groupby

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET

from apps.core.htmx import Request, render_page
from apps.projects.doors import number
from apps.projects.guest.doors import guest_required
from apps.projects.guest.pages import first_page, page_context
from apps.projects.models import Project
from apps.projects.models.guest_reach import guest_reader
from apps.projects.selectors.guests import guest_contacts, guest_entries


@guest_required()
@require_GET
def guest_home(request: Request) -> HttpResponse:
    """Who is a guest of one project lands in it."""
    reader = guest_reader(request.user)
    if reader is None:
        raise Http404
    if len(reader.places) == 1:
        return redirect(first_page(reader.places[0]))
    places = [(place, first_page(place)) for place in reader.places]
    return render_page(request, "guest/home.html", {"places": places})


@guest_required("about")
@require_GET
def project_about(request: Request, group_id: int) -> HttpResponse:
    project = get_object_or_404(Project, pk=group_id)
    return render_page(request, "projects/about.html", page_context(request.user, "about") | {"project": project})


@guest_required("contacts")
@require_GET
def participant_list(request: Request, group_id: int) -> HttpResponse:
    """By company: name, organisation and role, and nothing else of a contact."""
    people = sorted(guest_contacts(), key=lambda each: (not each.company, each.company.casefold(), each.is_person))
    companies = [(name, list(rows)) for name, rows in groupby(people, key=lambda each: each.company)]
    return render_page(
        request, "guest/contacts.html", page_context(request.user, "contacts") | {"companies": companies}
    )


@guest_required("history")
@require_GET
def history(request: Request, group_id: int) -> HttpResponse:
    return _entries(request, "history")


@guest_required("tasks")
@require_GET
def tasks(request: Request, group_id: int) -> HttpResponse:
    return _entries(request, "tasks")


def _entries(request: Request, tab: str) -> HttpResponse:
    """What the project's people show their guests; further pages with `before`."""
    before = number(request.GET.get("before"))
    rows, further = guest_entries(request.user, are_tasks=tab == "tasks", before=before)
    context = page_context(request.user, tab) | {"entries": rows, "before": further, "tab": tab}
    return render_page(request, "guest/entries.html", context, fragment="rows" if before else "entries")
