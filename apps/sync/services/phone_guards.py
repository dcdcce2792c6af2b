"""What keeps phones from doing harm: one that deletes without end is stopped, one that asks twice waits for itself."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import connection

from apps.core.ratelimit import allow

_HOUR = 3600


class TooManyDeleted(PermissionDenied):
    """This device has deleted more within an hour than a person does by hand; nothing more goes.

    It has lost its memory, or its program has gone wrong.
    """


def count_deletion(device_id: int, what: str, *, most: int) -> None:
    """Count one deletion by a device. Raises TooManyDeleted after `most` within an hour."""
    if not allow(f"dav-delete:{what}:{device_id}", limit=most, seconds=_HOUR):
        raise TooManyDeleted


def wait_for(place: str) -> None:
    """Hold `place` till the transaction ends: the same PUT once more at the same time finds what the first one made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"dav:{place}"])
