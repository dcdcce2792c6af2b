"""One worker at a time for each source; different ones side by side."""

from __future__ import annotations

from django.db import connection

_LOCKS = 20_261_105  # the first half of the key of our advisory locks
_POLLS = 20_261_106  # the same, of those who read from a source while others apply


def try_lock(source_id: int) -> bool:
    """Take the source's lock until the transaction ends; False: somebody else has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCKS, source_id])
        return bool(cursor.fetchone()[0])


def lock(source_id: int) -> None:
    """The same, waiting for it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCKS, source_id])


def try_poll_lock(source_id: int) -> bool:
    """Be the only one who reads from the source until the transaction ends; False: somebody else does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_POLLS, source_id])
        return bool(cursor.fetchone()[0])


def poll_lock(source_id: int) -> None:
    """The same, waiting for it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_POLLS, source_id])
