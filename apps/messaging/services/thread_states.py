"""The rows of the lists of mail, worked out anew from copies and messages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime


def refresh_states(pairs: Iterable[tuple[int, int]], *, now: datetime) -> None:
    """Work out the `ThreadState` of each (account id, thread id); one without present copies goes away.

    Whoever stores, sends, flags, moves or deletes calls it, in the same transaction.
    """
    raise NotImplementedError
