"""What a page's outbox posts of a chat, answered act by act: `acts`, a JSON list of messages in their order."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import clock
from apps.projects.models import Group, Membership, Message, Topic
from apps.projects.services.messages import post_message

MOST_AT_ONCE = 50


class Act(msgspec.Struct):
    """`key` is the message's client id, `at` when it was written, `member` who wrote it, `files` seals of its files."""

    key: str
    text: str
    member: int
    at: datetime | None = None
    reply_to: int | None = None
    topic: int | None = None
    files: list[str] = msgspec.field(default_factory=list)


def answer_acts(request: HttpRequest, *, actor: User, group: Group, member: Membership) -> JsonResponse:
    """{"answers": [{"key", "state", "reason"}]} in the order of the acts; 400 for what is no list of them."""
    try:
        acts: list[Any] = msgspec.json.decode(request.POST.get("acts", ""), type=list[Act])
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        acts = []
    if not 0 < len(acts) <= MOST_AT_ONCE:
        return JsonResponse({"reason": _("This could not be understood.")}, status=400)
    answers = []
    for act in acts:
        reason = _take(act, actor, group, member)
        answers.append({"key": act.key, "state": "refused" if reason else "done", "reason": reason})
    return JsonResponse({"answers": answers})


def _take(act: Act, actor: User, group: Group, member: Membership) -> str:
    """Post one; the words why it wasn't, or ""."""
    if act.member != member.pk:
        return _("Somebody else wrote this in this browser.")
    answered = topic = None
    if act.reply_to is not None:
        answered = Message.objects.visible_to(actor).filter(group=group, pk=act.reply_to).first()
    if act.topic is not None:
        topic = Topic.objects.filter(group=group, pk=act.topic).first()
        if topic is None:
            return _("This topic is there no more.")
    try:
        post_message(
            actor=actor,
            group=group,
            client_id=act.key,
            text=act.text,
            files=act.files,
            reply_to=answered,
            topic=topic,
            written_at=act.at if act.at is not None and act.at.tzinfo else None,
            now=clock.now(),
        )
    except ValidationError as error:
        return " ".join(error.messages)
    except PermissionDenied:
        return _("You may not write here any more.")
    return ""
