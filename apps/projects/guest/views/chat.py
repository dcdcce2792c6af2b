"""A project's chat for a guest: read behind the wall, written as the house."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.formatting import is_clock_of_12
from apps.accounts.preferences import preferences_of, zone_of
from apps.core import clock
from apps.core.database_roles import as_house
from apps.core.htmx import Request, render_page
from apps.projects import permissions
from apps.projects.doors import enter, number
from apps.projects.guest.doors import guest_required
from apps.projects.guest.pages import page_context
from apps.projects.models.messages import MOST_CHARACTERS
from apps.projects.models.parts import SIGNS
from apps.projects.selectors import chat as selectors
from apps.projects.selectors.people import names_like
from apps.projects.services import reading
from apps.projects.services.attaching import MOST_FILES


@guest_required("chat")
@require_GET
def group(request: Request, group_id: int) -> HttpResponse:
    found, member = enter(request.user, group_id)
    at, preferences = number(request.GET.get("at")), preferences_of(request.user)
    context = page_context(request.user, "chat")
    context |= {
        "group": found,
        "member": member,
        "title": found.title,
        "chat": selectors.chat_window(found, member, at=at or None),
        "at": at,
        "channel": f"guest:{context['place'].access_id}",
        "may_write": permissions.can_write(found, member),
        "signs": SIGNS,
        "most": MOST_CHARACTERS,
        "most_files": MOST_FILES,
        "zone": zone_of(preferences),
        "cycle": "h12" if is_clock_of_12(preferences) else "h23",
    }
    return render_page(request, "projects/group.html", context)


@guest_required("chat")
@require_GET
def portion(request: Request, group_id: int) -> HttpResponse:
    """Messages above `before` or below `after`."""
    found, member = enter(request.user, group_id)
    before, after = number(request.GET.get("before")), number(request.GET.get("after"))
    messages = selectors.portion_of(found, member, before=before, after=after)
    context = {"messages": messages, "has_more": len(messages) == selectors.PORTION}
    return render(request, "projects/_messages.html", context)


@guest_required("chat")
@require_GET
def changes(request: Request, group_id: int) -> HttpResponse:
    """All that happened after the rev `after`: a guest's page asks for it whenever it hears that something did."""
    found, member = enter(request.user, group_id)
    messages, rev, has_more = selectors.changes_of(found, member, after=number(request.GET.get("after")))
    return render(request, "projects/_messages.html", {"messages": messages, "rev": rev, "has_more": has_more})


@guest_required("chat")
@require_GET
def pins(request: Request, group_id: int) -> HttpResponse:
    found, member = enter(request.user, group_id)
    return render(request, "projects/_pins.html", {"pins": selectors.pins_of(found, member)})


@guest_required("chat")
@require_GET
def people(request: Request, group_id: int) -> HttpResponse:
    found, member = enter(request.user, group_id)
    return JsonResponse({"names": names_like(found, member, request.GET.get("q", "")[:100])})


@guest_required("chat")
@require_POST
def read(request: Request, group_id: int) -> HttpResponse:
    found, _member = enter(request.user, group_id)
    with as_house():
        reading.mark_read(actor=request.user, group=found, seq=number(request.POST.get("seq")), now=clock.now())
    return HttpResponse(status=204)


@guest_required("chat")
@require_POST
def typing(request: Request, group_id: int) -> HttpResponse:
    found, _member = enter(request.user, group_id)
    with as_house():
        reading.say_typing(actor=request.user, group=found)
    return HttpResponse(status=204)


@guest_required("chat")
@require_POST
def draft(request: Request, group_id: int) -> HttpResponse:
    found, _member = enter(request.user, group_id)
    with as_house():
        reading.save_draft(actor=request.user, group=found, text=request.POST.get("text", ""), now=clock.now())
    return HttpResponse(status=204)
