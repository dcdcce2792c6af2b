"""Batches applied in the order in which they came: some at once, in one transaction, source by source."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from django.db import DataError, IntegrityError, OperationalError, transaction
from django.db.models import QuerySet

from apps.core import clock
from apps.core.batch import update_rows
from apps.core.jobs import nudge
from apps.core.models import Operation
from apps.sync import jobs
from apps.sync.models import Batch, Rejection, Source
from apps.sync.services import breaker
from apps.sync.services.counting import count
from apps.sync.services.decoding import Line, lines_of
from apps.sync.services.freshness import tell_freshness
from apps.sync.services.handing import Result, hand_over, hand_over_singly, rejections_released
from apps.sync.services.locking import try_lock
from apps.sync.services.waking import awake

log = structlog.get_logger(__name__)

VERB = "feed.applied"
_TOGETHER = 500  # records of small batches that share a transaction
_MOST_BATCHES = 200
_SHIFT = 120.0  # seconds that one job applies before it hands over to the next
_ATTEMPTS = 5  # of a transaction that met another one's locks


def apply_waiting(*, source_id: int, at: Callable[[], datetime] = clock.now) -> int:
    """Apply what waits of a source until nothing is left, it rests, or another worker is at it; how many batches.

    A worker that is killed at any moment leaves its transaction undone: the next one does it again.
    """
    awake(source_id)
    done = 0
    deadline = time.monotonic() + _SHIFT
    while time.monotonic() < deadline:
        applied = _persistently(source_id, at)
        if applied is None:
            return done
        done += applied
        # Whoever came while we held the lock turned away and relies on us: look again now that it is given back.
        if not applied and not _waiting(source_id).exists():
            return done
    nudge(jobs.apply_source, source_id=source_id)
    return done


def _persistently(source_id: int, at: Callable[[], datetime]) -> int | None:
    """Two sources may wait for each other's rows: one of them is undone by the database and begins again."""
    for attempt in range(_ATTEMPTS):
        try:
            with transaction.atomic():
                return _apply_some(source_id, at(), singly=False)
        except OperationalError:
            log.warning("feed.transaction.again", source_id=source_id, attempt=attempt)
            if attempt == _ATTEMPTS - 1:
                raise
            time.sleep(0.05 * 2**attempt)
        except (DataError, IntegrityError) as error:
            # Something that no check foresaw. One by one, so that it costs only the record that it is in.
            log.error("feed.batch.singly", source_id=source_id, error=type(error).__name__)
            with transaction.atomic():
                return _apply_some(source_id, at(), singly=True)
    return None


def _waiting(source_id: int) -> QuerySet[Batch]:
    return Batch.objects.filter(source=source_id, state=Batch.State.WAITING)


def _apply_some(source_id: int, now: datetime, *, singly: bool) -> int | None:
    """Apply the oldest batches within one transaction; None: the source rests, or somebody else is at it."""
    if not try_lock(source_id):
        return None
    source = Source.objects.select_related("plant").get(pk=source_id)
    if source.state != Source.State.ACTIVE:
        return None
    batches = _oldest(source_id)
    if not batches:
        return 0
    lines = list(lines_of(batches, source))
    operation = _operation(lines, now)
    hand = hand_over_singly if singly else hand_over
    result = hand([line for line in lines if line.record is not None], source=source, operation=operation, now=now)
    result.figures.unchanged += sum(line.record is None and not line.code for line in lines)
    rejections = [*_misfits(lines, source, now), *_refusals(result, source, now)]
    Rejection.objects.bulk_create([*rejections, *rejections_released(result, now)])
    bad = Counter(rejection.batch_id for rejection in rejections)
    result.figures.read = sum(batch.records for batch in batches)
    result.figures.rejected = len(rejections)
    _settle(batches, bad, operation, result, now)
    lag = max((now - batch.received_at).total_seconds() for batch in batches)
    count(result.by_source(source), now=now, lag=lag)
    _freshen(source, batches)
    if rejections:
        breaker.look(source_id, now=now)
    return len(batches)


def _oldest(source_id: int) -> list[Batch]:
    """The next batch, and the small ones after it up to a number of records."""
    chosen: list[Batch] = []
    records = 0
    for batch in _waiting(source_id).order_by("pk")[:_MOST_BATCHES]:
        if chosen and records + batch.records > _TOGETHER:
            break
        chosen.append(batch)
        records += batch.records
    return chosen


def _operation(lines: Sequence[Line], now: datetime) -> Operation | None:
    """What is written because of these records belongs together; a mere sign of life leaves none."""
    if not lines:
        return None
    return Operation.objects.create(
        verb=VERB, total=len(lines), done=len(lines), created_at=now, started_at=now, finished_at=now
    )


def _misfits(lines: Sequence[Line], source: Source, now: datetime) -> list[Rejection]:
    return [_rejection(source, line, line.code, line.reason, now) for line in lines if line.code]


def _refusals(result: Result, source: Source, now: datetime) -> list[Rejection]:
    return [_rejection(source, line, code, reason, now) for line, code, reason in result.refused]


def _rejection(source: Source, line: Line, code: str, reason: str, now: datetime) -> Rejection:
    kind = str(line.record.__struct_config__.tag) if line.record is not None else ""
    return Rejection(
        source=source,
        batch=line.batch,
        position=line.position,
        record_type=kind,
        code=code,
        reason=reason,
        raw=line.text,
        created_at=now,
    )


def _settle(
    batches: Sequence[Batch], bad: Counter[int | None], operation: Operation | None, result: Result, now: datetime
) -> None:
    """The batches are applied. Of several at once, what became of their records stands in the operation."""
    figures = result.figures
    alone = (figures.applied, figures.unchanged, figures.stale) if len(batches) == 1 else (0, 0, 0)
    operation_id = operation.pk if operation else None
    rows = [(batch.pk, Batch.State.APPLIED.value, now, operation_id, bad[batch.pk], *alone) for batch in batches]
    columns = ["state", "applied_at", "operation_id", "rejected", "applied", "unchanged", "stale"]
    update_rows(Batch, columns, rows)
    if operation is not None:
        operation.result = {
            "source": batches[0].source_id,
            "batches": len(batches),
            **{name: getattr(figures, name) for name in ("applied", "unchanged", "stale", "rejected")},
            "waiting": result.waiting,
        }
        operation.save(update_fields=["result"])


def _freshen(source: Source, batches: Sequence[Batch]) -> None:
    """Up to when the source vouches for its data; a batch that doesn't say vouches for its own moment."""
    vouched = max(batch.as_of or batch.received_at for batch in batches)
    source.as_of = max(vouched, source.as_of or vouched)
    source.last_batch_at = max(batch.received_at for batch in batches)
    source.save(update_fields=["as_of", "last_batch_at"])
    tell_freshness(source)
