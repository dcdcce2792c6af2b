"""The part of a chat that its reader looks at, and what happened since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Max, Q, QuerySet

from apps.projects.models import Group, Membership, Message, Pin, ReadMark, Topic

BEFORE, AFTER, PORTION = 25, 40, 50  # messages around the place one opens at, and with each further step
MOST_CHANGES = 200


@dataclass(frozen=True, slots=True)
class Chat:
    """A window of a group, oldest first. `rev` is what the window is true up to; `read_seq` how far one has read."""

    messages: Sequence[Message]
    rev: int
    read_seq: int
    seen_seq: int  # how far anybody else has read
    has_older: bool
    has_newer: bool
    pins: Sequence[Message]
    draft: str


def chat_window(group: Group, member: Membership, *, at: int | None = None, topic: Topic | None = None) -> Chat:
    """What opens of the group, or of a topic: around the message `at`, else around the first that `member` hasn't read.

    `group` is as it was just read: what happens meanwhile is asked for by its rev.
    """
    own, others = (
        Max("read_seq", filter=Q(membership=member)),
        Max("read_seq", filter=~Q(membership=member) & Q(membership__is_bot=False)),
    )
    of_stream = Q(topic=None) | Q(topic=topic) if topic else Q(topic=None)
    marks = ReadMark.objects.filter(of_stream, membership__group=group).aggregate(own=own, others=others)
    draft = getattr(member, "draft", None)
    read = min(max(marks["own"] or 0, member.from_seq), group.last_seq)
    place = min(read if at is None else at - 1, group.last_seq)
    if topic is not None:
        messages, has_older, has_newer = _of_topic(group, member, topic, place)
    else:
        first, last = place - BEFORE, place + AFTER  # places have no gaps
        messages = list(messages_of(group, member).filter(seq__gt=first, seq__lte=last).order_by("seq"))
        has_older, has_newer = first > member.from_seq, last < group.last_seq
    return Chat(
        messages=messages,
        rev=group.last_rev,
        read_seq=read,
        seen_seq=marks["others"] or 0,
        has_older=has_older,
        has_newer=has_newer,
        pins=pins_of(group, member),
        draft=draft.text if draft else "",
    )


def _of_topic(group: Group, member: Membership, topic: Topic, place: int) -> tuple[list[Message], bool, bool]:
    """Messages around `place`, and whether there are older and newer ones: a topic's places have gaps."""
    found = messages_of(group, member).filter(topic=topic)
    above = list(found.filter(seq__lte=place).order_by("-seq")[: BEFORE + 1])
    below = list(found.filter(seq__gt=place).order_by("seq")[: AFTER + 1])
    return [*reversed(above[:BEFORE]), *below[:AFTER]], len(above) > BEFORE, len(below) > AFTER


def pins_of(group: Group, member: Membership) -> list[Message]:
    """What is pinned, the latest first."""
    pins = Pin.objects.filter(group=group, message__seq__gt=member.from_seq).select_related("message__author")
    return [pin.message for pin in pins.order_by("-pinned_at")[:20]]


def portion_of(
    group: Group, member: Membership, *, before: int = 0, after: int = 0, topic: Topic | None = None
) -> list[Message]:
    """The next messages above `before`, or else below `after`, of all or of a topic; oldest first."""
    found = messages_of(group, member)
    if topic is not None:
        found = found.filter(topic=topic)
    if before:
        return list(reversed(found.filter(seq__lt=before).order_by("-seq")[:PORTION]))
    return list(found.filter(seq__gt=after).order_by("seq")[:PORTION])


def changes_of(
    group: Group, member: Membership, *, after: int, most: int = MOST_CHANGES
) -> tuple[list[Message], int, bool]:
    """What happened after rev `after`, tombstones too; up to which rev that tells, and whether there is more."""
    rev = Group.objects.values_list("last_rev", flat=True).get(pk=group.pk)
    found = list(messages_of(group, member).filter(rev__gt=after).order_by("rev")[: most + 1])
    if len(found) > most:
        return found[:most], found[most - 1].rev, True
    return found, max([rev, *(message.rev for message in found)]), False


def messages_of(group: Group, member: Membership) -> QuerySet[Message]:
    """What `member` may read, ready to be drawn."""
    return Message.objects.filter(group=group, seq__gt=member.from_seq).for_drawing()
