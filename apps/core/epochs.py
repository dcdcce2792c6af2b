"""What all processes agree on through Redis, without each request asking it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Generic, TypeVar

from django.core.cache import cache
from django.db import transaction

T = TypeVar("T")

# So long a process asks nobody whether something has changed; what it changes itself counts at once.
_TRUSTED = 0.5
_MOST = 200  # answers of one type that one process has at hand


class Epoch:
    """A sign that is another one after each change, in whatever process it was made."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._known = ("", float("-inf"))

    def current(self) -> str:
        before = self._known
        if time.monotonic() - before[1] >= _TRUSTED:
            found = (str(cache.get_or_set(self._key, _new, None)), time.monotonic())
            if self._known is before:  # no other thread has changed it meanwhile
                self._known = found
        return self._known[0]

    def change(self) -> None:
        """Called in the transaction that changes what it stands for."""
        self.change_now()  # for the rest of this transaction
        transaction.on_commit(self.change_now)  # for whoever read in between

    def change_now(self) -> None:
        """Without waiting for a transaction's end."""
        epoch = _new()
        cache.set(self._key, epoch, None)
        self._known = (epoch, time.monotonic())


def _new() -> str:
    return uuid.uuid4().hex  # no number: one that a flushed Redis counts anew might have been there before


class AtHand(Generic[T]):
    """Answers of one type under keys that name the epoch they hold in: in this process, else in Redis, else made."""

    def __init__(self, kind: type[T], seconds: int) -> None:
        self._kind = kind
        self._seconds = seconds
        self._here: dict[str, tuple[float, T]] = {}

    def get(self, key: str, make: Callable[[], T]) -> T:
        """Not to be changed; kept `seconds` in each place."""
        here = self._here.get(key)
        if here is not None and time.monotonic() - here[0] < self._seconds:
            return here[1]
        answer = cache.get(key)
        if not isinstance(answer, self._kind):  # of an earlier release
            answer = make()
            cache.set(key, answer, self._seconds)
        self._here.pop(key, None)
        while len(self._here) >= _MOST:
            self._here.pop(next(iter(self._here)), None)  # the oldest
        self._here[key] = (time.monotonic(), answer)
        return answer
