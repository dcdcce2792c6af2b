"""Rejections: tried again after the cause was mended, or dismissed. None is ever dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from apps.accounts.models import User
from apps.accounts.permissions import is_admin
from apps.core import clock
from apps.core.models import Operation
from apps.core.services.operations import Progress, start
from apps.sync.formats import Unreadable, read_body
from apps.sync.models import Batch, Rejection, Source
from apps.sync.schemas import Misfit, decode
from apps.sync.services.counting import count, take_back
from apps.sync.services.decoding import Line, body_of, ours
from apps.sync.services.handing import hand_over, rejections_released
from apps.sync.services.locking import lock
from apps.sync.services.waking import wake

REPLAYED, REPLAY_ALL = "feed.replayed", "feed.replay_all"
_PORTION = 500


@dataclass(slots=True)
class Replay:
    """How many rejections were tried again, and how many of these are rejected still."""

    tried: int = 0
    rejected: int = 0

    @property
    def settled(self) -> int:
        return self.tried - self.rejected


def replay_rejections(
    *, actor: User | None, source: Source, now: datetime, only: Sequence[int] | None = None
) -> Replay:
    """Apply open rejections of `source` (of `only` these ids) again, by the mapping of today; oldest first.

    What still doesn't fit stays open with today's reason. `actor` is an administrator, None the house itself.
    """
    if actor is not None and not is_admin(actor):
        raise PermissionDenied
    replay = Replay()
    last = 0
    while True:
        with transaction.atomic():
            lock(source.pk)
            rows = Rejection.objects.filter(source=source, state=Rejection.State.OPEN, pk__gt=last)
            if only is not None:
                rows = rows.filter(pk__in=only)
            portion = list(rows.select_related("batch").order_by("pk")[:_PORTION])
            if not portion:
                return replay
            _again(portion, Source.objects.select_related("plant").get(pk=source.pk), replay, now, actor)
            last = portion[-1].pk


def dismiss_rejections(*, actor: User, source: Source, only: Sequence[int], now: datetime) -> int:
    """Put these aside for good: they still count as rejected, and stay readable."""
    if not is_admin(actor):
        raise PermissionDenied
    rows = Rejection.objects.filter(source=source, pk__in=only, state=Rejection.State.OPEN)
    return rows.update(state=Rejection.State.DISMISSED, settled_at=now)


def _again(portion: Sequence[Rejection], source: Source, replay: Replay, now: datetime, actor: User | None) -> None:
    whole = [rejection for rejection in portion if rejection.code == "unreadable"]
    lines = _lines([rejection for rejection in portion if rejection.code != "unreadable"], source)
    fitting = [(rejection, line) for rejection, line in lines if line.record is not None]
    operation = Operation.objects.create(
        actor=actor, verb=REPLAYED, total=len(portion), done=len(portion), created_at=now, finished_at=now
    )
    result = hand_over([line for _rejection, line in fitting], source=source, operation=operation, now=now)
    still = {id(line): (code, reason) for line, code, reason in result.refused}
    still |= {id(line): (line.code, line.reason) for _rejection, line in lines if line.code}
    skipped = sum(line.record is None and not line.code for _rejection, line in lines)
    settled = [rejection for rejection, line in lines if id(line) not in still]
    for rejection, line in lines:
        if id(line) in still:
            rejection.code, rejection.reason = still[id(line)]
    Rejection.objects.bulk_update([rejection for rejection, line in lines if id(line) in still], ["code", "reason"])
    read_again = [rejection for rejection in whole if _read_again(rejection, source)]
    done = [*((each, 0) for each in settled), *((each, 1) for each in read_again)]  # whose batch counts anew
    replayed = Rejection.objects.filter(pk__in=[each.pk for each, _unread in done])
    replayed.update(state=Rejection.State.REPLAYED, settled_at=now)
    Rejection.objects.bulk_create(rejections_released(result, now))
    result.figures.unchanged += skipped
    replay.tried += len(portion)
    replay.rejected += len(portion) - len(done)
    count(result.by_source(source), now=now)
    take_back(source.pk, [(rejection.created_at, unread) for rejection, unread in done])


def _lines(rejections: Sequence[Rejection], source: Source) -> list[tuple[Rejection, Line]]:
    """Each rejection with its record as it came: out of its batch where that is still kept."""
    batches = {rejection.batch.pk: rejection.batch for rejection in rejections if rejection.batch}
    bodies = body_of(list(batches.values()))
    readings = {pk: read_body(bodies[pk], batch.content_type) for pk, batch in batches.items() if pk in bodies}
    found = []
    for rejection in rejections:
        batch = rejection.batch or Batch(received_at=rejection.created_at)
        reading = readings.get(batch.pk)
        if rejection.position and reading is not None:
            line = ours(Line(batch, rejection.position, reading.records[rejection.position - 1]), source, reading.table)
        else:
            line = _kept(rejection, batch, source)
        found.append((rejection, line))
    return found


def _kept(rejection: Rejection, batch: Batch, source: Source) -> Line:
    """Out of the rejection itself; one at position 0 waited and is in our words already."""
    line = Line(batch, rejection.position, rejection.raw.encode())
    if rejection.position:
        return ours(line, source, "")
    try:
        return Line(batch, 0, line.raw, decode(rejection.raw.encode()))
    except Misfit as misfit:
        return Line(batch, 0, line.raw, code="schema", reason=str(misfit))


def _read_again(rejection: Rejection, source: Source) -> bool:
    """Let a batch wait again whose body can be read by now."""
    batch = rejection.batch
    if batch is None:
        return False
    try:
        records = len(read_body(body_of([batch])[batch.pk], batch.content_type).records)
    except (Unreadable, KeyError):
        return False
    values = {"state": Batch.State.WAITING, "records": records, "rejected": 0, "applied_at": None}
    Batch.objects.filter(pk=batch.pk).update(**values)
    wake(source.pk)
    return True


def start_replay(*, actor: User, source: Source, now: datetime) -> Operation:
    """Leave it to a worker to replay all that is open."""
    if not is_admin(actor):
        raise PermissionDenied
    parameters = {"source": source.pk}
    return start(actor=actor, verb=REPLAY_ALL, parameters=parameters, now=now, undoable=False, queue="feed")


def run_replay(operation: Operation, progress: Progress) -> dict[str, int]:
    """The worker's part; a second time there is little left to do."""
    source = Source.objects.get(pk=operation.parameters["source"])
    replay = replay_rejections(actor=None, source=source, now=clock.now())
    progress.advance(replay.tried)
    return {"settled": replay.settled, "rejected": replay.rejected}
