"""A group's counter: taking a number puts its writers in a row, until they commit."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from apps.projects.models import Group

_POSTED = """
UPDATE projects_group SET last_seq = last_seq + 1, last_rev = last_rev + 1, last_at = %s
WHERE id = %s RETURNING last_seq, last_rev
"""
_CHANGED = "UPDATE projects_group SET last_rev = last_rev + %s WHERE id = %s RETURNING last_rev"


def take_place(group_id: int, *, now: datetime) -> tuple[int, int]:
    """The (seq, rev) of a new message. Within a transaction: the group waits for its end."""
    with connection.cursor() as cursor:
        cursor.execute(_POSTED, [now, group_id])
        seq, rev = _row(cursor.fetchone())
        return seq, rev


def take_rev(group_id: int) -> int:
    """The rev of something that happened to a message that was there. Within a transaction, as above."""
    return take_revs(group_id, 1)[0]


def take_revs(group_id: int, number: int) -> range:
    """As many of them as that, for messages that change together."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, [number, group_id])
        (last,) = _row(cursor.fetchone())
        return range(last - number + 1, last + 1)


def _row(row: tuple[int, ...] | None) -> tuple[int, ...]:
    if row is None:
        raise Group.DoesNotExist
    return row
