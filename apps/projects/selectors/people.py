"""Who is in a group, to be meant by an "@", and who has read what."""

from __future__ import annotations

from django.db.models import Q

from apps.core.text import fold
from apps.projects.models import Group, Membership, Message, ReadMark

MOST_NAMES = 8


def names_like(group: Group, member: Membership, text: str) -> list[str]:
    """Names of the others of which a word begins with `text`, a page's worth."""
    others = Membership.objects.present().filter(group=group).exclude(pk=member.pk)
    sought = fold(text)
    names = others.order_by("display_name", "pk").values_list("display_name", flat=True)
    return [name for name in names if f" {sought}" in f" {fold(name)}"][:MOST_NAMES]


def readers_of(message: Message) -> list[ReadMark]:
    """Marks of present members who have read as far as `message`, with their members; those who did last first."""
    others = Membership.objects.present().filter(group=message.group_id, is_bot=False).exclude(pk=message.author_id)
    marks = ReadMark.objects.filter(membership__in=others, read_seq__gte=message.seq)
    marks = marks.filter(Q(topic=None) | Q(topic=message.topic_id)).order_by("membership", "read_at")
    found = marks.select_related("membership").distinct("membership")
    return sorted(found, key=lambda mark: (mark.read_at, mark.pk), reverse=True)
