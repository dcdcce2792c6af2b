"""What the pages of groups show: the reader's list, and the part of a chat that they look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.projects.models import Draft, Group, Membership, Message, Pin, ReadMark

BEFORE, AFTER, PORTION = 40, 60, 50  # messages around the place one opens at, and with each further step
MOST_CHANGES = 200
MOST_UNREAD = 1_000  # from here on it says "999+"


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A line of the list; `unread` stops at MOST_UNREAD."""

    group: Group
    title: str
    member: Membership
    last: Message | None
    unread: int
    is_muted: bool


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


def title_of(group: Group, user: User) -> str:
    """A group's name; of a direct chat that of the other one."""
    if group.kind != Group.Kind.DIRECT:
        return group.title
    other = group.memberships.exclude(user=user).first()
    return other.display_name if other is not None else _("Notes to yourself")


def group_rows(user: User, *, now: datetime, text: str = "", most: int = 500) -> list[GroupRow]:
    """The groups of `user`, pinned ones first, then by their last message; `text` narrows by title."""
    last = Message.objects.filter(group=OuterRef("group"), seq=OuterRef("group__last_seq")).values("pk")
    mark = ReadMark.objects.filter(membership=OuterRef("pk"), topic=None).values("read_seq")
    other = Membership.objects.filter(group=OuterRef("group")).exclude(pk=OuterRef("pk")).values("display_name")
    own = Membership.objects.present().filter(user=user).select_related("group")
    found: list[Any] = list(  # with what is annotated
        own.annotate(last_id=Subquery(last[:1]), read_seq=Subquery(mark[:1]), other=Subquery(other[:1])).order_by(
            "-group__last_at", "-pk"
        )
    )
    ids = [row.last_id for row in found if row.last_id]
    lasts = {each.pk: each for each in Message.objects.filter(pk__in=ids).select_related("author")}
    rows = []
    for row in found:
        title = row.other or "" if row.group.kind == Group.Kind.DIRECT else row.group.title
        if text.casefold() not in title.casefold():
            continue
        read = max(row.read_seq or 0, row.from_seq)
        latest = lasts.get(row.last_id) if row.group.last_seq > row.from_seq else None
        unread = min(max(row.group.last_seq - read, 0), MOST_UNREAD)
        muted = row.muted_until is not None and row.muted_until > now
        rows.append(GroupRow(row.group, title, row, latest, unread, muted))
    return sorted(rows, key=lambda each: each.member.pinned_at is None)[:most]


def chat_window(group: Group, member: Membership, *, at: int | None = None) -> Chat:
    """What opens: around the message `at`, else around the first that `member` hasn't read."""
    rev, last = Group.objects.values_list("last_rev", "last_seq").get(pk=group.pk)
    marks = ReadMark.objects.filter(topic=None)
    read = max(marks.filter(membership=member).values_list("read_seq", flat=True).first() or 0, member.from_seq)
    place = read if at is None else at - 1
    older = list(reversed(messages_of(group, member).filter(seq__lte=place).order_by("-seq")[: BEFORE + 1]))
    newer = list(messages_of(group, member).filter(seq__gt=place).order_by("seq")[: AFTER + 1])
    others = marks.filter(membership__group=group).exclude(membership=member).order_by("-read_seq")
    pins = Pin.objects.filter(group=group, message__seq__gt=member.from_seq).select_related("message__author")
    return Chat(
        messages=[*older[-BEFORE:], *newer[:AFTER]],
        rev=rev,
        read_seq=min(read, last),
        seen_seq=others.values_list("read_seq", flat=True).first() or 0,
        has_older=len(older) > BEFORE,
        has_newer=len(newer) > AFTER,
        pins=[pin.message for pin in pins.order_by("-pinned_at")[:20]],
        draft=Draft.objects.filter(membership=member).values_list("text", flat=True).first() or "",
    )


def portion_of(group: Group, member: Membership, *, before: int = 0, after: int = 0) -> list[Message]:
    """The next messages above `before`, or else below `after`; oldest first."""
    if before:
        return list(reversed(messages_of(group, member).filter(seq__lt=before).order_by("-seq")[:PORTION]))
    return list(messages_of(group, member).filter(seq__gt=after).order_by("seq")[:PORTION])


def changes_of(group: Group, member: Membership, *, after: int) -> tuple[list[Message], int, bool]:
    """What happened after rev `after`, tombstones too; up to which rev that tells, and whether there is more."""
    rev = Group.objects.values_list("last_rev", flat=True).get(pk=group.pk)
    found = list(messages_of(group, member).filter(rev__gt=after).order_by("rev")[: MOST_CHANGES + 1])
    if len(found) > MOST_CHANGES:
        return found[:MOST_CHANGES], found[MOST_CHANGES - 1].rev, True
    return found, max([rev, *(message.rev for message in found)]), False


def messages_of(group: Group, member: Membership) -> QuerySet[Message]:
    """What `member` may read, ready to be drawn."""
    return Message.objects.filter(group=group, seq__gt=member.from_seq).for_drawing()
