"""Work that outlives a request: the row is the queue, the job only a nudge."""

from __future__ import annotations

import functools
from datetime import datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import translation
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.contributions import operation_runners
from apps.core.middleware import current_origin
from apps.core.models import Operation
from apps.core.services.operations.progress import OperationCancelled, OperationFailed, RowProgress, announce
from apps.core.services.operations.recording import UNDOABLE_FOR

if TYPE_CHECKING:
    from apps.accounts.models import User

log = structlog.get_logger(__name__)

ORPHANED_AFTER = timedelta(seconds=60)
_NEVER_WOKEN_AFTER = timedelta(seconds=30)
_MOST_ATTEMPTS = 5


def start(
    *,
    actor: User | None,
    verb: str,
    parameters: dict[str, Any],
    now: datetime,
    job: str = "",
    total: int | None = None,
    undoable: bool = True,
    undo_of: Operation | None = None,
    queue: str = "",
) -> Operation:
    """Leave work for a worker and return its row; it begins after the transaction has committed.

    `job` is the key in `contributions.operation_runners`, the verb unless given. The runner may be called again after
    a worker died half-way: it must find out what is already done, or do it again without harm. `queue` names the
    workers that take it, where not all of them do.
    """
    origin = current_origin()
    operation = Operation.objects.create(
        actor=actor,
        verb=verb,
        state=Operation.State.PENDING,
        total=total,
        # Whoever started it reads what the worker says about it.
        parameters={**parameters, "job": job or verb, "language": translation.get_language(), "queue": queue},
        created_at=now,
        undoable_until=now + UNDOABLE_FOR if undoable else None,
        undo_of=undo_of,
        ip=origin.ip,
        user_agent=origin.user_agent,
        request_id=origin.request_id,
    )
    wake(operation.pk, queue=queue)
    return operation


def wake(operation_id: int, *, queue: str = "") -> None:
    """Nudge a worker once the transaction has committed; without a broker the sweep finds the row."""
    from apps.core import jobs

    nudge = functools.partial(jobs.nudge, jobs.run_operation, queue=queue, operation_id=operation_id)
    transaction.on_commit(nudge)


def run(*, operation_id: int, now: datetime) -> None:
    """Do the work of a pending or orphaned operation; return quietly if another worker has it or it is over."""
    operation = _claim(operation_id, now)
    if operation is None:
        return
    language = operation.parameters.get("language") or settings.LANGUAGE_CODE
    with translation.override(language), _Attempt(operation) as attempt:
        runner = operation_runners.get(operation.parameters.get("job", operation.verb))
        if runner is None:
            raise OperationFailed(_("This kind of work is not known here any more."))
        attempt.result = runner(operation, attempt.progress) or {}


def request_cancel(*, actor: User, operation: Operation, now: datetime) -> None:
    """Ask background work to stop after its current portion; what is finished stays. Over already: nothing happens.

    Raises PermissionDenied unless it is the actor's own.
    """
    if operation.actor_id != actor.pk:
        raise PermissionDenied
    row = Operation.objects.filter(pk=operation.pk)
    row.unfinished().filter(cancel_requested_at=None).update(cancel_requested_at=now)
    if row.filter(state=Operation.State.PENDING).update(state=Operation.State.CANCELLED, finished_at=now):
        announce(operation, state=Operation.State.CANCELLED, done=operation.done, total=operation.total, message="")


def sweep(*, now: datetime) -> int:
    """Wake what was never woken or has lost its worker; return how many. Given up after five attempts."""
    waiting = _abandoned(now) | Operation.objects.filter(
        state=Operation.State.PENDING, created_at__lt=now - _NEVER_WOKEN_AFTER
    )
    hopeless = _abandoned(now).filter(attempts__gte=_MOST_ATTEMPTS)
    for operation in hopeless:
        log.error("operation.given_up", operation_id=operation.pk, attempts=operation.attempts)
    hopeless.update(
        state=Operation.State.FAILED, finished_at=now, message=_("The work broke off again and again; it was given up.")
    )
    found = list(waiting.order_by("created_at").values_list("pk", "parameters__queue")[:100])
    for operation_id, queue in found:
        wake(operation_id, queue=queue or "")
    return len(found)


def _abandoned(now: datetime) -> QuerySet[Operation]:
    return (
        Operation.objects.filter(state=Operation.State.RUNNING)
        .alias(last_sign=Coalesce("heartbeat_at", "started_at", "created_at"))
        .filter(last_sign__lt=now - ORPHANED_AFTER)
    )


def _claim(operation_id: int, now: datetime) -> Operation | None:
    """One conditional update decides which worker has it; `attempts` is the claim's number from then on."""
    free = Q(state=Operation.State.PENDING) | Q(pk__in=_abandoned(now).filter(pk=operation_id).values("pk"))
    taken = Operation.objects.filter(free, pk=operation_id).update(
        state=Operation.State.RUNNING,
        started_at=Coalesce("started_at", now),
        heartbeat_at=now,
        attempts=F("attempts") + 1,
    )
    return Operation.objects.select_related("actor").get(pk=operation_id) if taken else None


class _Attempt:
    """One go at an operation: however the runner ends, the row says so."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        self.result: dict[str, Any] = {}

    def __enter__(self) -> Self:
        self.progress = RowProgress(self.operation)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self.progress.close()
        if isinstance(error, OperationalError | InterfaceError):
            log.warning("operation.database_lost", operation_id=self.operation.pk)  # the sweep takes it up again
            return False
        state, message = Operation.State.DONE, self.progress.message
        if isinstance(error, OperationCancelled):
            state = Operation.State.CANCELLED
        elif error is not None:
            state = Operation.State.FAILED
            message = str(error) if isinstance(error, OperationFailed) else _("Something went wrong; it was logged.")
        self._finish(state, message[:500])
        return isinstance(error, OperationCancelled | OperationFailed)

    def _finish(self, state: Operation.State, message: str) -> None:
        figures = {"done": self.progress.done, "total": self.progress.whole, "message": message}
        now = clock.now()
        mine = Operation.objects.filter(
            pk=self.operation.pk, attempts=self.operation.attempts, state=Operation.State.RUNNING
        )
        if mine.update(state=state, finished_at=now, heartbeat_at=now, result=self.result, **figures):
            log.info("operation.finished", operation_id=self.operation.pk, state=state, done=self.progress.done)
            announce(self.operation, state=state, done=self.progress.done, total=self.progress.whole, message=message)
