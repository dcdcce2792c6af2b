"""Records handed over to `crm`, which applies them, and what came of it for each source's counters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from django.db import DataError, IntegrityError, transaction

from apps.core.batch import portions
from apps.core.models import Operation
from apps.crm.feed.records import Record
from apps.crm.services.feed.applying import announce, apply_arrivals
from apps.crm.services.feed.outcome import Arrival, Outcome
from apps.sync.models import Rejection, Source
from apps.sync.services.counting import Figures
from apps.sync.services.decoding import LONGEST_RAW, Line

_PORTION = 500  # where the database's plans are at their best


@dataclass(slots=True)
class Result:
    """What became of the lines, and of records of any source that had waited for them."""

    figures: Figures = field(default_factory=Figures)
    waiting: int = 0
    refused: list[tuple[Line, str, str]] = field(default_factory=list)  # with code and reason
    released: dict[str, Figures] = field(default_factory=dict)  # by the source's code
    released_refusals: list[tuple[str, int | None, Record, str, str]] = field(default_factory=list)

    def take(self, outcome: Outcome, lines: Sequence[Line]) -> None:
        self.figures.applied += outcome.applied
        self.figures.unchanged += outcome.unchanged
        self.figures.stale += outcome.stale
        self.waiting += outcome.waiting
        self.refused += [(lines[refusal.ticket], refusal.code, refusal.reason) for refusal in outcome.refused]
        self.released_refusals += outcome.released_refusals
        for code, counts in outcome.released.items():
            self.released.setdefault(code, Figures()).add(Figures(**counts))

    def by_source(self, source: Source | None = None) -> dict[int, Figures]:
        """What to add to the counters of each source."""
        totals = {source.pk: self.figures} if source is not None else {}
        ids = dict(Source.objects.filter(code__in=self.released).values_list("code", "pk"))
        for code, figures in self.released.items():
            if code in ids:
                totals.setdefault(ids[code], Figures()).add(figures)
        return totals


def hand_over(lines: Sequence[Line], *, source: Source, operation: Operation | None, now: datetime) -> Result:
    """Apply the records of `lines` in the caller's transaction; pages hear of it after the commit."""
    result = Result()
    for portion in portions(lines, _PORTION):
        _apply(portion, result, source, operation, now)
    return result


def hand_over_singly(lines: Sequence[Line], *, source: Source, operation: Operation | None, now: datetime) -> Result:
    """The same one by one: a record that the database doesn't take becomes a refusal."""
    result = Result()
    for line in lines:
        try:
            with transaction.atomic():
                _apply([line], result, source, operation, now)
        except (DataError, IntegrityError) as error:
            result.refused.append((line, "database", str(error).splitlines()[0]))
    return result


def _apply(lines: Sequence[Line], result: Result, source: Source, operation: Operation | None, now: datetime) -> None:
    arrivals = [
        Arrival(line.record, ticket, line.batch.pk, line.batch.received_at)
        for ticket, line in enumerate(lines)
        if line.record is not None
    ]
    operation_id = operation.pk if operation is not None else None
    outcome = apply_arrivals(arrivals, source=source.code, plant=source.plant, now=now, operation_id=operation_id)
    announce(outcome)
    result.take(outcome, lines)


def rejections_released(result: Result, now: datetime) -> list[Rejection]:
    """Records that had waited and were refused when their turn came: kept as they are in our words."""
    ids = dict(
        Source.objects.filter(code__in={code for code, *_rest in result.released_refusals}).values_list("code", "pk")
    )
    return [
        Rejection(
            source_id=ids[code],
            batch_id=batch_id,
            position=0,
            record_type=str(record.__struct_config__.tag),
            code=reason_code,
            reason=reason,
            raw=msgspec.json.encode(record).decode()[:LONGEST_RAW],
            created_at=now,
        )
        for code, batch_id, record, reason_code, reason in result.released_refusals
        if code in ids
    ]
