"""`/groups/{id}/messages`: what was said and what happened to it, as the token's user may read and write it."""

from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Query, Router

from apps.accounts.api_auth import needs_scope
from apps.accounts.models import User
from apps.core import clock
from apps.core.api import PROBLEMS
from apps.projects.api.schemas import (
    MessageFilters,
    MessageIn,
    MessageOut,
    MessagePage,
    MessagePatch,
    PinIn,
    ReactIn,
    SearchFilters,
    SearchPage,
)
from apps.projects.api.shared import asking, told
from apps.projects.doors import enter, message_of
from apps.projects.models import Group, Membership, Message
from apps.projects.selectors import chat
from apps.projects.selectors.search import find_messages
from apps.projects.services import messages as service
from apps.projects.services import reactions

router = Router(tags=["groups"])
_ANSWERS: dict[Any, Any] = {200: MessageOut, **PROBLEMS}
_DONE: dict[Any, Any] = {204: None, **PROBLEMS}
_ONE = "/{group_id}/messages/{message_id}"


@router.get("/search", response={200: SearchPage, **PROBLEMS}, summary="Find what was said")
@needs_scope("groups:read")
def search(request: HttpRequest, wanted: Query[SearchFilters]) -> SearchPage:
    """The newest first, in one group or in all of yours."""
    user = asking(request)
    if wanted.group_id is not None:
        enter(user, wanted.group_id)
    before = wanted.before or 0 if wanted.group_id is not None else 0
    found = find_messages(user, wanted.q, group_id=wanted.group_id, before=before)
    rows = Message.objects.for_drawing().in_bulk([each.pk for each in found.messages])
    items = [told(rows[each.pk]) for each in found.messages if each.pk in rows]
    return SearchPage(items=items, is_guess=found.is_guess, has_more=found.has_more)


@router.get("/{group_id}/messages", response={200: MessagePage, **PROBLEMS}, summary="Read messages")
@needs_scope("groups:read")
def list_messages(request: HttpRequest, group_id: int, wanted: Query[MessageFilters]) -> MessagePage:
    """Oldest first; with `after_rev` in the order of what happened. Ask again with `rev` to hear what is new."""
    if sum(each is not None for each in (wanted.after_rev, wanted.after, wanted.before)) > 1:
        raise ValidationError({"after_rev": "Only one of after_rev, after and before."})
    group, member = enter(asking(request), group_id)
    if wanted.after_rev is not None:
        found, rev, has_more = chat.changes_of(group, member, after=wanted.after_rev, most=wanted.limit)
    else:
        found, has_more = _portion(group, member, wanted)
        rev = group.last_rev
    return MessagePage(items=[told(each) for each in found], rev=rev, has_more=has_more)


@router.post("/{group_id}/messages", response={201: MessageOut, **PROBLEMS}, summary="Post a message")
@needs_scope("groups:write")
def post_message(request: HttpRequest, group_id: int, data: MessageIn) -> HttpResponse:
    """Send a `client_id` to be safe to repeat: the same one gives the message that was posted by it."""
    user = asking(request)
    group, _member = enter(user, group_id)
    message = service.post_message(
        actor=user,
        group=group,
        client_id=data.client_id or str(uuid4()),
        text=data.text,
        reply_to=_answered(user, group_id, data.reply_to_id),
        written_at=data.written_at,
        files=data.files,
        now=clock.now(),
    )
    body = _fresh(message).model_dump_json()
    headers = {"Location": f"/api/v1/groups/{group_id}/messages/{message.pk}"}
    return HttpResponse(body, status=201, content_type="application/json", headers=headers)


@router.get(_ONE, response=_ANSWERS, summary="Read one message")
@needs_scope("groups:read")
def read_message(request: HttpRequest, group_id: int, message_id: int) -> MessageOut:
    return _fresh(message_of(asking(request), group_id, message_id))


@router.patch(_ONE, response=_ANSWERS, summary="Change what you said")
@needs_scope("groups:write")
def edit_message(request: HttpRequest, group_id: int, message_id: int, data: MessagePatch) -> MessageOut:
    """Your own alone; what it said is kept."""
    message = message_of(asking(request), group_id, message_id)
    service.edit_message(actor=asking(request), message=message, text=data.text, now=clock.now())
    return _fresh(message)


@router.delete(_ONE, response=_DONE, summary="Delete a message")
@needs_scope("groups:write")
def delete_message(request: HttpRequest, group_id: int, message_id: int) -> HttpResponse:
    """Your own, or any where you manage the group. A tombstone stays in its place."""
    message = message_of(asking(request), group_id, message_id)
    service.delete_message(actor=asking(request), message=message, now=clock.now())
    return HttpResponse(status=204)


@router.post(f"{_ONE}/react", response=_DONE, summary="Put a sign under a message")
@needs_scope("groups:write")
def react(request: HttpRequest, group_id: int, message_id: int, data: ReactIn) -> HttpResponse:
    """Or take it away: `wanted` false."""
    message = message_of(asking(request), group_id, message_id)
    reactions.react(actor=asking(request), message=message, sign=data.sign, wanted=data.wanted, now=clock.now())
    return HttpResponse(status=204)


@router.post(f"{_ONE}/pin", response=_DONE, summary="Pin a message")
@needs_scope("groups:write")
def pin_message(request: HttpRequest, group_id: int, message_id: int, data: PinIn) -> HttpResponse:
    """For everybody in the group; or unpin it: `wanted` false."""
    message = message_of(asking(request), group_id, message_id)
    reactions.pin_message(actor=asking(request), message=message, wanted=data.wanted, now=clock.now())
    return HttpResponse(status=204)


# --- shared -----------------------------------------------------------------------------------------------------------
def _portion(group: Group, member: Membership, wanted: MessageFilters) -> tuple[list[Message], bool]:
    readable = Message.objects.filter(group=group, seq__gt=member.from_seq).for_drawing()
    if wanted.after is not None:
        rows = list(readable.filter(seq__gt=wanted.after).order_by("seq")[: wanted.limit + 1])
        return rows[: wanted.limit], len(rows) > wanted.limit
    if wanted.before is not None:
        readable = readable.filter(seq__lt=wanted.before)
    rows = list(readable.order_by("-seq")[: wanted.limit + 1])
    return rows[: wanted.limit][::-1], len(rows) > wanted.limit


def _answered(user: User, group_id: int, message_id: int | None) -> Message | None:
    if message_id is None:
        return None
    try:
        return message_of(user, group_id, message_id)
    except Http404 as error:
        raise ValidationError({"reply_to_id": "There is no such message in this group."}) from error


def _fresh(message: Message) -> MessageOut:
    return told(get_object_or_404(Message.objects.for_drawing(), pk=message.pk))
