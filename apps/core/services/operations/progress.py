"""How far background work has come: to its row and to open pages, without slowing the work down."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import structlog
from django.db import DatabaseError, connection

from apps.core import clock, live
from apps.core.models import Operation
from apps.core.services.operations.recording import Recorder, recording

log = structlog.get_logger(__name__)

_BEAT = 5.0  # seconds between heartbeats of work that reports nothing
_TICK = 0.2  # seconds between two reports at the most


class OperationCancelled(Exception):
    """Its actor asked for it, or another worker has taken it over; what was committed stays."""


class OperationFailed(Exception):
    """The work can't be done, for a reason fit for a person."""


class Progress:
    """The handle a runner reports to. This one only counts: for commands and tests that run work inline."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        self.done = operation.done
        self.whole = operation.total
        self.message = operation.message

    def total(self, count: int | None) -> None:
        """There are `count` to do; None if that can't be known."""
        self.whole = count

    def advance(self, count: int = 1, message: str = "") -> None:
        """`count` more are done."""
        self.at(self.done + count, message)

    def at(self, done: int, message: str = "") -> None:
        """`done` are done in all: for work that begins again where it stood."""
        self.done = done
        self.message = message[:500] or self.message

    def check_cancelled(self) -> None:
        """Raise OperationCancelled if someone asked for it; call it between portions."""

    @contextmanager
    def portion(self, *, now: datetime) -> Iterator[Recorder]:
        """A transaction whose changes belong to the operation, for the next part of the work."""
        self.check_cancelled()
        with recording(self.operation, now=now) as recorder:
            yield recorder


class RowProgress(Progress):
    """Reports to the operation's row and its live channel from a thread with a connection of its own.

    The work may sit in a long transaction: its heart beats on and the bar moves. Inside a caller's transaction
    (nobody else sees the row yet) there is no thread.
    """

    def __init__(self, operation: Operation) -> None:
        super().__init__(operation)
        self._stop = threading.Event()
        self._stopped_by_someone = threading.Event()
        self._news = threading.Event()
        self._thread: threading.Thread | None = None
        if not connection.in_atomic_block:
            self._thread = threading.Thread(target=self._report_on, name=f"operation-{operation.pk}", daemon=True)
            self._thread.start()

    def total(self, count: int | None) -> None:
        super().total(count)
        self._news.set()

    def at(self, done: int, message: str = "") -> None:
        super().at(done, message)
        self._news.set()

    def check_cancelled(self) -> None:
        if self._stopped_by_someone.is_set() or not _mine(self.operation).filter(cancel_requested_at=None).exists():
            raise OperationCancelled

    def close(self) -> None:
        """Stop reporting; the figures so far are on `self`."""
        self._stop.set()
        self._news.set()
        if self._thread is not None:
            self._thread.join()

    def _report_on(self) -> None:
        try:
            while not self._stop.is_set():
                self._news.wait(_BEAT)
                self._news.clear()
                if not self._stop.is_set():
                    self._report()
                    self._stop.wait(_TICK)
        finally:
            connection.close()

    def _report(self) -> None:
        figures: dict[str, Any] = {"done": self.done, "total": self.whole, "message": self.message}
        try:
            if not _mine(self.operation).update(heartbeat_at=clock.now(), **figures):
                self._stopped_by_someone.set()
                return
        except DatabaseError as error:
            log.warning("operation.report.failed", operation_id=self.operation.pk, error=type(error).__name__)
            connection.close()
            return
        announce(self.operation, state=Operation.State.RUNNING, **figures)


def _mine(operation: Operation) -> Any:
    """The row, as long as this attempt holds it."""
    return Operation.objects.filter(pk=operation.pk, attempts=operation.attempts, state=Operation.State.RUNNING)


def announce(operation: Operation, *, state: str, done: int, total: int | None, message: str) -> None:
    """Tell the operation's open pages how it stands."""
    data = {"id": operation.pk, "state": state, "done": done, "total": total, "message": message}
    live.publish(f"operation:{operation.pk}", "progress", data)
