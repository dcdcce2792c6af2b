"""No two workers sync one mailbox at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import Error, connection

_KIND = 0x6D61696C  # "mail": the first half of the lock's number


class SyncUnderWay(Exception):
    """Another worker syncs this account at the moment."""


class AccountLock:
    """Held as long as its own transaction is open; a worker that dies lets go of it at once."""

    def __init__(self, cursor: object) -> None:
        self._cursor = cursor

    def check(self) -> None:
        """Raise OperationalError if the connection that holds the lock is gone."""
        self._cursor.execute("SELECT 1")  # type: ignore[attr-defined]  # Django's cursors have no public type


@contextmanager
def account_lock(account_id: int) -> Iterator[AccountLock]:
    """Raises SyncUnderWay if somebody else has it.

    A transaction on a connection of its own: a lock of the session would get lost behind PgBouncer, and the work
    itself commits portion by portion.
    """
    own = connection.copy()
    try:
        own.set_autocommit(False)
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_KIND, account_id % 2**31])
            if not cursor.fetchone()[0]:
                raise SyncUnderWay
            yield AccountLock(cursor)
    finally:
        with suppress(Error):  # the connection may be gone, and the lock with it
            own.rollback()  # a mere close is heard of when the server likes: the next sync may come before
        own.close()
