"""Who is meant by what is said, and who is told of it: by bell and push, unless they have muted the group."""

from __future__ import annotations

from datetime import datetime

from apps.activities.models import Notice
from apps.activities.services.telling import News, tell
from apps.projects.models import Group, Membership, Mention, Message

RECORD = "projects.message"
MENTIONED, WRITTEN = "message.mentioned", "message.written"


def mentioned_in(message: Message) -> list[Membership]:
    """Members whose whole name stands behind an "@"; of names that begin alike the longer one is meant."""
    if "@" not in message.text:
        return []
    present = Membership.objects.present().filter(group_id=message.group_id)
    left, meant = message.text, []
    for member in sorted(present, key=lambda each: -len(each.display_name)):
        if (name := f"@{member.display_name}") in left:
            meant.append(member)
            left = left.replace(name, "")
    return meant


def tell_of(message: Message, *, now: datetime) -> None:
    """Let those know whom a message mentions, once; in direct chats the other one, once until they have read it."""
    listening = Membership.objects.present().filter(group_id=message.group_id, user__isnull=False, is_bot=False)
    listening = listening.exclude(muted_until__gt=now).exclude(pk=message.author_id)
    if message.group.kind == Group.Kind.DIRECT:
        if message.edited_at is not None:
            return
        earlier = Message.objects.standing().filter(group=message.group_id).exclude(pk=message.pk).values("pk")
        waiting = Notice.objects.filter(record_type=RECORD, verb=WRITTEN, read_at=None, record_id__in=earlier)
        listening = listening.exclude(user__in=waiting.values("user"))
        event, verb = Notice.Event.DIRECT, WRITTEN
    elif "@" in message.text:
        told = Notice.objects.filter(record_type=RECORD, record_id=message.pk).values("user")
        meant = Mention.objects.filter(message=message).values("membership")
        listening = listening.filter(pk__in=meant).exclude(user__in=told)
        event, verb = Notice.Event.MENTIONED, MENTIONED
    else:
        return
    readers = listening.values_list("user", flat=True)
    news = [News(pk, event, verb, record_type=RECORD, record_id=message.pk) for pk in readers if pk is not None]
    tell(news, actor_id=message.author.user_id, now=now, seen_by_all=True)
