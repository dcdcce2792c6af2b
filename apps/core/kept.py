"""Small tables that hardly ever change, kept by each process instead of read for each request."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

from apps.core.epochs import Epoch

T = TypeVar("T")

_epoch = Epoch("core:kept-epoch")
# So long an answer lasts at most, should a transaction have read what it then took back.
_SECONDS = 60


class Kept(Generic[T]):
    """What a function answers, kept until somebody calls `forget_kept`, in whatever process; not to be changed.

    Decorate with it what reads a small table and takes no arguments.
    """

    def __init__(self, read: Callable[[], T]) -> None:
        self._read = read
        self._answer: tuple[str, float, T] | None = None

    def __call__(self) -> T:
        epoch, now = _epoch.current(), time.monotonic()
        kept = self._answer
        if kept is not None and kept[0] == epoch and now - kept[1] < _SECONDS:
            return kept[2]
        answer = self._read()
        self._answer = (epoch, now, answer)
        return answer


def forget_kept() -> None:
    """Let everything kept be read anew; called in the transaction that changes any of it."""
    _epoch.change()


def forget_now() -> None:
    """Forget without waiting for a transaction's end."""
    _epoch.change_now()
