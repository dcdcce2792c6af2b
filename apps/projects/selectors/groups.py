"""The reader's own list of groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.projects.models import Group, Membership

MOST_UNREAD = 1_000  # from here on it says "999+"
PAGE = 50

_ROWS = """
SELECT * FROM (
    SELECT place.id, CASE WHEN place.kind <> 'direct' THEN place.title ELSE coalesce(other.display_name, %(alone)s) END
            AS title,
        place.last_at, place.last_seq, greatest(coalesce(mark.read_seq, 0), own.from_seq) AS read_seq,
        own.pinned_at IS NOT NULL AS is_on_top, coalesce(own.muted_until > %(now)s, false) AS is_muted,
        coalesce(author.display_name, '') AS author, left(coalesce(said.text, ''), %(letters)s) AS words,
        said.deleted_at IS NOT NULL AS is_deleted
    FROM projects_membership AS own
    JOIN projects_group AS place ON place.id = own.group_id
    LEFT JOIN projects_readmark AS mark ON mark.membership_id = own.id AND mark.topic_id IS NULL
    LEFT JOIN LATERAL (
        SELECT display_name FROM projects_membership AS member
        WHERE member.group_id = place.id AND member.id <> own.id ORDER BY member.id LIMIT 1
    ) AS other ON place.kind = 'direct'
    LEFT JOIN projects_message AS said
        ON said.group_id = place.id AND said.seq = place.last_seq AND said.seq > own.from_seq
    LEFT JOIN projects_membership AS author ON author.id = said.author_id
    WHERE own.user_id = %(user)s AND own.left_at IS NULL
        AND (NOT %(writable)s OR place.kind <> 'channel' OR own.role <> 'member')
) AS listed
WHERE strpos(lower(title), lower(%(text)s)) > 0
ORDER BY is_on_top DESC, last_at DESC, id DESC LIMIT %(most)s OFFSET %(begin)s
"""
LETTERS = 90  # of the last words


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A line of the list: what was said last, by whom, and how far one has read."""

    pk: int
    title: str
    last_at: datetime
    last_seq: int
    read_seq: int
    is_on_top: bool
    is_muted: bool
    author: str
    words: str
    is_deleted: bool

    @property
    def unread(self) -> int:
        """It stops at MOST_UNREAD."""
        return min(max(self.last_seq - self.read_seq, 0), MOST_UNREAD)


def title_of(group: Group, user: User) -> str:
    """A group's name; of a direct chat that of the other one."""
    if group.kind != Group.Kind.DIRECT:
        return group.title
    other = group.memberships.exclude(user=user).first()
    return other.display_name if other is not None else _("Notes to yourself")


def titles_of(members: Sequence[Membership]) -> dict[int, str]:
    """The same for the groups of these memberships, by the group's id, in one query."""
    direct = [each for each in members if each.group.kind == Group.Kind.DIRECT]
    others = Membership.objects.filter(group__in=[each.group_id for each in direct])
    others = others.exclude(pk__in=[each.pk for each in direct]).order_by("-pk")
    names = dict(others.values_list("group_id", "display_name")) if direct else {}
    alone = dict.fromkeys((each.group_id for each in direct), _("Notes to yourself"))
    return {each.group_id: each.group.title for each in members} | alone | names


def group_rows(
    user: User, *, now: datetime, text: str = "", most: int = PAGE, begin: int = 0, writable: bool = False
) -> list[GroupRow]:
    """The groups of `user`, those kept on top first, then by their last message; `text` narrows by title.

    With `writable` only those that one may write in.
    """
    given: dict[str, Any] = {
        "user": user.pk,
        "now": now,
        "text": text.replace("\x00", ""),
        "most": most,
        "begin": begin,
        "letters": LETTERS,
        "writable": writable,
        "alone": _("Notes to yourself"),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, given)
        return [GroupRow(*row) for row in cursor.fetchall()]
