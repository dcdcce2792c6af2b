"""How long a failed event waits, and how long an endpoint rests that fails again and again."""

from __future__ import annotations

import random
from datetime import timedelta

GIVE_UP = timedelta(days=3)
REST_AFTER = 4  # failures in a row
_PAUSES = (10, 60, 300, 900, 3600, 2 * 3600, 4 * 3600, 8 * 3600, 12 * 3600)  # seconds; then the last, to the end
_LONGEST_REST = 24 * 3600.0


def pause_after(attempts: int, *, asked: float | None = None) -> timedelta:
    """Before the next attempt, when there were so many; `asked` are the seconds that the receiver wished for.

    With a little chance in it: those that failed together don't come back together.
    """
    seconds = _PAUSES[min(attempts, len(_PAUSES)) - 1] * random.uniform(0.8, 1.2)  # noqa: S311  no secret
    return timedelta(seconds=max(seconds, asked or 0.0))


def rest_after(failures: int, *, asked: float | None = None) -> timedelta | None:
    """For which an endpoint is left alone after so many failures in a row: a minute, doubling up to a day."""
    seconds = asked or 0.0
    if failures >= REST_AFTER:
        seconds = max(seconds, min(60.0 * 2 ** min(failures - REST_AFTER, 20), _LONGEST_REST))
    return timedelta(seconds=seconds) if seconds else None
