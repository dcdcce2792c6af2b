"""Messages posted, edited, deleted, reacted to and pinned; each answers with the message as it is now."""

from __future__ import annotations

from uuid import uuid4

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from apps.accounts.decorators import staff_required
from apps.core import clock
from apps.core.htmx import Request
from apps.projects.acts import answer_acts
from apps.projects.doors import enter, message_of
from apps.projects.models import Message
from apps.projects.services import messages as service
from apps.projects.services import reactions


@staff_required
@require_POST
def message_post(request: Request, group_id: int) -> HttpResponse:
    """The acts of a page's outbox, or without scripts one text."""
    found, member = enter(request.user, group_id)
    if "acts" in request.POST:
        return answer_acts(request, actor=request.user, group=found, member=member)
    try:
        message = service.post_message(
            actor=request.user,
            group=found,
            client_id=str(uuid4()),
            text=request.POST.get("text", ""),
            now=clock.now(),
        )
    except ValidationError as error:
        return refused(error)
    return drawn(request, message)


@staff_required
@require_POST
def message_edit(request: Request, group_id: int, message_id: int) -> HttpResponse:
    message = message_of(request.user, group_id, message_id)
    try:
        service.edit_message(actor=request.user, message=message, text=request.POST.get("text", ""), now=clock.now())
    except ValidationError as error:
        return refused(error)
    return drawn(request, message)


@staff_required
@require_POST
def message_delete(request: Request, group_id: int, message_id: int) -> HttpResponse:
    message = message_of(request.user, group_id, message_id)
    service.delete_message(actor=request.user, message=message, now=clock.now())
    return drawn(request, message)


@staff_required
@require_POST
def message_react(request: Request, group_id: int, message_id: int) -> HttpResponse:
    message = message_of(request.user, group_id, message_id)
    given = request.POST
    try:
        reactions.react(
            actor=request.user,
            message=message,
            sign=given.get("sign", ""),
            wanted=given.get("wanted") == "1",
            now=clock.now(),
        )
    except ValidationError as error:
        return refused(error)
    return drawn(request, message)


@staff_required
@require_POST
def message_pin(request: Request, group_id: int, message_id: int) -> HttpResponse:
    message = message_of(request.user, group_id, message_id)
    wanted = request.POST.get("wanted") == "1"
    reactions.pin_message(actor=request.user, message=message, wanted=wanted, now=clock.now())
    return drawn(request, message)


@staff_required
@require_POST
def message_decide(request: Request, group_id: int, message_id: int) -> HttpResponse:
    message = message_of(request.user, group_id, message_id)
    wanted = request.POST.get("wanted") == "1"
    reactions.mark_decision(actor=request.user, message=message, wanted=wanted, now=clock.now())
    return drawn(request, message)


def drawn(request: Request, message: Message) -> HttpResponse:
    """The message for the chat's own script; without it, the page again."""
    if "HX-Request" not in request.headers:
        here = request.resolver_match.namespace if request.resolver_match else None
        return redirect(reverse("projects:group", args=[message.group_id], current_app=here))
    drawn = Message.objects.for_drawing().get(pk=message.pk)
    return render(request, "projects/_messages.html", {"messages": [drawn]})


def refused(error: ValidationError) -> HttpResponse:
    return HttpResponse(" ".join(error.messages), status=422, content_type="text/plain; charset=utf-8")
