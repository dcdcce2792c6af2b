"""From stored batches to records of ours: each one, or the reason why not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from apps.crm.feed.records import Record
from apps.sync.formats import Raw, Unreadable, as_text, read_body
from apps.sync.mapping import Skipped, to_ours
from apps.sync.models import Batch, BatchBody, Source
from apps.sync.schemas import Misfit, convert, decode

LONGEST_RAW = 20_000


@dataclass(frozen=True, slots=True)
class Line:
    """A record of a batch at its position, from 1. Without `record`, `code` says why; empty: it is left out."""

    batch: Batch
    position: int
    raw: Raw
    record: Record | None = None
    code: str = ""
    reason: str = ""

    @property
    def text(self) -> str:
        return as_text(self.raw)[:LONGEST_RAW]


def lines_of(batches: Sequence[Batch], source: Source) -> Iterator[Line]:
    """All records of these batches, in their order."""
    bodies = body_of(batches)
    for batch in batches:
        try:
            reading = read_body(bodies[batch.pk], batch.content_type)
        except Unreadable as error:  # a reader of today may refuse what one of yesterday took
            yield Line(batch, 0, bodies[batch.pk][: 4 * LONGEST_RAW], code="unreadable", reason=str(error))
            continue
        for position, raw in enumerate(reading.records, 1):
            yield ours(Line(batch, position, raw), source, reading.table)


def ours(line: Line, source: Source, table: str) -> Line:
    """The line with its record, by the source's mapping of today."""
    raw = line.raw
    try:
        if source.mapping:
            record = convert(to_ours(raw, source.mapping, table))
        else:
            record = decode(raw) if isinstance(raw, bytes) else convert(raw)
    except Misfit as misfit:
        return Line(line.batch, line.position, raw, code="schema", reason=str(misfit))
    except Skipped:
        return line
    return Line(line.batch, line.position, raw, record)


def body_of(batches: Sequence[Batch]) -> dict[int, bytes]:
    """The bytes of each batch as they came; those whose month was dropped are missing."""
    if not batches:
        return {}
    times = [batch.received_at for batch in batches]
    rows = BatchBody.objects.filter(
        batch_id__in=[batch.pk for batch in batches], received_at__range=(min(times), max(times))
    )
    return {batch_id: bytes(body) for batch_id, body in rows.values_list("batch_id", "body")}
