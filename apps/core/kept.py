"""Small tables that hardly ever change, kept by each process instead of read for each request."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Generic, TypeVar

from django.core.cache import cache
from django.db import transaction

T = TypeVar("T")

_EPOCH_KEY = "core:kept-epoch"
# So long a process asks nobody whether something has changed; what it changes itself counts at once.
_TRUSTED = 0.5
# So long an answer lasts at most, should a transaction have read what it then took back.
_SECONDS = 60
_known: tuple[str, float] = ("", float("-inf"))


class Kept(Generic[T]):
    """What a function answers, kept until somebody calls `forget_kept`, in whatever process; not to be changed.

    Decorate with it what reads a small table and takes no arguments.
    """

    def __init__(self, read: Callable[[], T]) -> None:
        self._read = read
        self._answer: tuple[str, float, T] | None = None

    def __call__(self) -> T:
        epoch, now = _epoch(), time.monotonic()
        kept = self._answer
        if kept is not None and kept[0] == epoch and now - kept[1] < _SECONDS:
            return kept[2]
        answer = self._read()
        self._answer = (epoch, now, answer)
        return answer


def forget_kept() -> None:
    """Let everything kept be read anew; called in the transaction that changes any of it."""
    forget_now()  # for the rest of this transaction
    transaction.on_commit(forget_now)  # for whoever read in between


def forget_now() -> None:
    """Forget without waiting for a transaction's end."""
    global _known
    epoch = _new_epoch()
    cache.set(_EPOCH_KEY, epoch, None)
    _known = (epoch, time.monotonic())


def _epoch() -> str:
    global _known
    before = _known
    if time.monotonic() - before[1] >= _TRUSTED:
        found = (str(cache.get_or_set(_EPOCH_KEY, _new_epoch, None)), time.monotonic())
        if _known is before:  # no other thread has forgotten meanwhile
            _known = found
    return _known[0]


def _new_epoch() -> str:
    return uuid.uuid4().hex  # no number: one that a flushed Redis counts anew might have been there before
