"""A group's page and what it asks for while it is open."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.decorators import staff_required
from apps.accounts.formatting import is_clock_of_12
from apps.accounts.preferences import preferences_of, zone_of
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.projects import permissions
from apps.projects.doors import enter, number, project_of, topic_of
from apps.projects.models.messages import MOST_CHARACTERS
from apps.projects.models.parts import SIGNS
from apps.projects.project_tabs import project_tabs
from apps.projects.selectors import chat as selectors
from apps.projects.selectors.groups import title_of
from apps.projects.selectors.missed import summary_for
from apps.projects.selectors.topics import topics_of
from apps.projects.services import reading, visits
from apps.projects.services.attaching import MOST_FILES


@staff_required
@require_GET
def group(request: Request, group_id: int) -> HttpResponse:
    found, member = enter(request.user, group_id)
    at, topic = number(request.GET.get("at")), topic_of(found, number(request.GET.get("topic")))
    preferences = preferences_of(request.user)
    now = clock.now()
    window = selectors.chat_window(found, member, at=at or None, topic=topic)
    summary = None if at else summary_for(request.user, found, member, read_seq=window.read_seq, now=now)
    context = {
        "summary": summary,
        "group": found,
        "member": member,
        "title": title_of(found, request.user),
        "chat": window,
        "topic": topic,
        "topics": topics_of(found, member),
        "at": at,
        "channel": f"{found.channel}:{get_language()}",
        "may_write": permissions.can_write(found, member),
        "may_manage": permissions.can_manage(found, member),
        "may_pin": permissions.can_pin(found, member),
        "is_muted": member.muted_until is not None and member.muted_until > now,
        "tabs": project_tabs(found.pk, "chat") if project_of(found) else [],
        "signs": SIGNS,
        "most": MOST_CHARACTERS,
        "most_files": MOST_FILES,
        "zone": zone_of(preferences),
        "cycle": "h12" if is_clock_of_12(preferences) else "h23",
    }
    return render_page(request, "projects/group.html", context)


@staff_required
@require_GET
def portion(request: Request, group_id: int) -> HttpResponse:
    """Messages above `before` or below `after`."""
    found, member = enter(request.user, group_id)
    before, after = number(request.GET.get("before")), number(request.GET.get("after"))
    topic = topic_of(found, number(request.GET.get("topic")))
    messages = selectors.portion_of(found, member, before=before, after=after, topic=topic)
    return _messages(request, {"messages": messages, "has_more": len(messages) == selectors.PORTION})


@staff_required
@require_GET
def changes(request: Request, group_id: int) -> HttpResponse:
    """All that happened after the rev `after`, for a page that was asleep."""
    found, member = enter(request.user, group_id)
    messages, rev, has_more = selectors.changes_of(found, member, after=number(request.GET.get("after")))
    return _messages(request, {"messages": messages, "rev": rev, "has_more": has_more})


@staff_required
@require_GET
def pins(request: Request, group_id: int) -> HttpResponse:
    found, member = enter(request.user, group_id)
    return render(request, "projects/_pins.html", {"pins": selectors.pins_of(found, member)})


@staff_required
@require_POST
def read(request: Request, group_id: int) -> HttpResponse:
    found, _member = enter(request.user, group_id)
    seq, topic = number(request.POST.get("seq")), topic_of(found, number(request.POST.get("topic")))
    reading.mark_read(actor=request.user, group=found, seq=seq, topic=topic, now=clock.now())
    return HttpResponse(status=204)


@staff_required
@require_POST
def visit(request: Request, group_id: int) -> HttpResponse:
    """The page is open, or was until now."""
    found, _member = enter(request.user, group_id)
    visits.note_visit(actor=request.user, group=found, now=clock.now())
    return HttpResponse(status=204)


@staff_required
@require_POST
def typing(request: Request, group_id: int) -> HttpResponse:
    found, _member = enter(request.user, group_id)
    reading.say_typing(actor=request.user, group=found)
    return HttpResponse(status=204)


@staff_required
@require_POST
def draft(request: Request, group_id: int) -> HttpResponse:
    found, _member = enter(request.user, group_id)
    reading.save_draft(actor=request.user, group=found, text=request.POST.get("text", ""), now=clock.now())
    return HttpResponse(status=204)


def _messages(request: Request, context: dict[str, object]) -> HttpResponse:
    return render(request, "projects/_messages.html", context)
