"""What a guest says and does to messages; each answers with the message as the wall lets them see it."""

from __future__ import annotations

from uuid import uuid4

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from apps.core import clock
from apps.core.database_roles import as_house
from apps.core.htmx import Request
from apps.projects.acts import answer_acts
from apps.projects.doors import enter, message_of
from apps.projects.guest.doors import guest_required
from apps.projects.services import messages as service
from apps.projects.services import reactions
from apps.projects.views.messages import drawn, refused


@guest_required("chat")
@require_POST
def message_post(request: Request, group_id: int) -> HttpResponse:
    """The acts of a page's outbox, or without scripts one text."""
    found, member = enter(request.user, group_id)
    with as_house():
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


@guest_required("chat")
@require_POST
def message_edit(request: Request, group_id: int, message_id: int) -> HttpResponse:
    message, text = message_of(request.user, group_id, message_id), request.POST.get("text", "")
    try:
        with as_house():
            service.edit_message(actor=request.user, message=message, text=text, now=clock.now())
    except ValidationError as error:
        return refused(error)
    return drawn(request, message)


@guest_required("chat")
@require_POST
def message_delete(request: Request, group_id: int, message_id: int) -> HttpResponse:
    message = message_of(request.user, group_id, message_id)
    with as_house():
        service.delete_message(actor=request.user, message=message, now=clock.now())
    return drawn(request, message)


@guest_required("chat")
@require_POST
def message_react(request: Request, group_id: int, message_id: int) -> HttpResponse:
    message, given = message_of(request.user, group_id, message_id), request.POST
    sign, wanted = given.get("sign", ""), given.get("wanted") == "1"
    try:
        with as_house():
            reactions.react(actor=request.user, message=message, sign=sign, wanted=wanted, now=clock.now())
    except ValidationError as error:
        return refused(error)
    return drawn(request, message)
