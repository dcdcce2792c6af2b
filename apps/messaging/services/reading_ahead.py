"""The next portion is fetched while this one is stored: the server's time and the database's run side by side."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from types import TracebackType
from typing import Generic, Self, TypeVar

from django.db import connections

T = TypeVar("T")


class ReadingAhead(Generic[T]):
    """Takes from `source` in a thread of its own, one ahead, while entered: what it reads from is nobody else's then.

    The source never gives None. What it raises is raised by `take`.
    """

    def __init__(self, source: Iterator[T]) -> None:
        self.is_through = False
        self._source = source
        self._context = copy_context()  # the language and the fields of the log
        self._coming: Future[T | None] | None = None

    def __enter__(self) -> Self:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="reading-ahead")
        self._coming = self._pool.submit(self._next)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._coming is not None:
            wait([self._coming])  # until then the connection isn't free for others
        self._pool.submit(connections.close_all)  # a token that was renewed needed one
        self._pool.shutdown()

    def take(self, *, go_on: bool) -> T | None:
        """The next item, or None: at the end, when `is_through` says so, or since `go_on` was False the time before.

        Without `go_on` nothing is read beyond what is on its way already; that is still given.
        """
        if self._coming is None:
            return None
        item = self._coming.result()
        self._coming = self._pool.submit(self._next) if go_on and item is not None else None
        self.is_through = item is None
        return item

    def _next(self) -> T | None:
        return self._context.run(next, self._source, None)
