"""What an order's events came from: records as their sources sent them, out of the batches that are kept."""

from __future__ import annotations

from dataclasses import dataclass

from apps.crm.models import Order, OrderEvent
from apps.crm.services.feed.naming import name_of
from apps.sync.models import Batch, Source
from apps.sync.services.decoding import Line, body_of, lines_of

SHOWN = 20


@dataclass(frozen=True, slots=True)
class RawRecord:
    """`text` is empty where the batch is no longer kept, or the mapping of today finds the record in it no more."""

    batch: Batch | None
    position: int = 0
    text: str = ""


def events_of(order: Order) -> list[OrderEvent]:
    """The latest that came of an order."""
    return list(OrderEvent.objects.filter(order=order).order_by("-received_at", "-pk")[:SHOWN])


def raw_record_of(event: OrderEvent) -> RawRecord:
    batch = Batch.objects.filter(pk=event.batch_id or 0, source__code=event.source).first()
    if batch is None or not body_of([batch]):
        return RawRecord(batch)
    source = Source.objects.select_related("plant").get(pk=batch.source_id)
    record, _sign, _order = event.record.partition("@")  # a voyage tells of each order on board
    for line in lines_of([batch], source):
        if _is_it(line, record, event.version):
            return RawRecord(batch, line.position, line.text)
    return RawRecord(batch)


def _is_it(line: Line, name: str, version: int) -> bool:
    return line.record is not None and line.record.version == version and name_of(line.record) == name
