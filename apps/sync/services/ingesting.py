"""Files brought in by hand: the same inbox, applied at once."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from apps.core.models import Operation
from apps.sync.formats.naming import OddName, content_type_of
from apps.sync.models import Batch, Source
from apps.sync.services.applying import apply_waiting
from apps.sync.services.counting import Figures
from apps.sync.services.receiving import receive_batch

_PATIENCE = 120.0  # seconds for a worker that has the source just now


@dataclass(slots=True)
class Report:
    """What the files came to; `unreadable` are paths with the reason."""

    figures: Figures = field(default_factory=Figures)
    waiting: int = 0
    unreadable: list[tuple[str, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        return {**asdict(self.figures), "waiting": self.waiting}


def ingest_files(*, source: Source, paths: Sequence[str], now: datetime) -> Report:
    """Bring files into the inbox of `source` and apply them; a file that came before isn't read again."""
    report = Report()
    fresh: list[int] = []
    for name in paths:
        path = Path(name)
        try:
            content_type = content_type_of(path.name)
            body = path.read_bytes()
        except OddName as error:
            report.unreadable.append((name, str(error)))
            continue
        except OSError as error:
            report.unreadable.append((name, error.strerror or str(error)))
            continue
        receipt = receive_batch(source=source, key="", content_type=content_type, body=body, now=now)
        if receipt.is_repeat:
            continue
        if receipt.unreadable:
            report.unreadable.append((name, receipt.unreadable))
            report.figures.add(Figures(read=1, rejected=1))
            continue
        fresh.append(receipt.batch_id)
        _apply(source, receipt.batch_id)
    _add_up(report, fresh)
    return report


def _apply(source: Source, batch_id: int) -> None:
    """Apply what waits; where a worker is at it already, wait for that."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        apply_waiting(source_id=source.pk)
        state = Batch.objects.values_list("state", "source__state").get(pk=batch_id)
        if state[0] != Batch.State.WAITING or state[1] != Source.State.ACTIVE:
            return
        time.sleep(0.2)


def _add_up(report: Report, batch_ids: Iterable[int]) -> None:
    """Of batches that were applied together with others, what is in their operation."""
    batches = list(Batch.objects.filter(pk__in=batch_ids))
    report.figures.read += sum(batch.records for batch in batches)
    report.waiting += sum(batch.records for batch in batches if batch.state == Batch.State.WAITING)
    for operation in Operation.objects.filter(pk__in={batch.operation_id for batch in batches if batch.operation_id}):
        result = operation.result
        names = ("applied", "unchanged", "stale", "rejected")
        report.figures.add(Figures(**{name: result[name] for name in names}))
        report.waiting += result["waiting"]
