"""The reader's own list of groups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.projects.models import Group, Membership, Message, ReadMark

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
