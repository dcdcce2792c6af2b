"""The orders' history: each change that came, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.crm.services.feed.run import Item, Run
from apps.crm.services.feed.staging import run, stage, to_json, words


@dataclass(slots=True)
class Event:
    """What `item` says of one order. `record` names it, since a shipment says something of many."""

    item: Item
    record: str
    order_id: int
    dealer_id: int
    kind: str
    what: dict[str, Any]
    is_money: bool = False
    is_stale: bool = False  # set by `tell`: a newer version was there before


# A pinned plan reads the history by its key, row by row.
_INSERT = """
INSERT INTO crm_orderevent (order_id, dealer_id, source, record, version, digest, kind, what, is_money, is_stale,
    happened_at, received_at, batch_id)
SELECT s.order_id, s.dealer_id, %s, s.record, s.version, s.digest, s.kind, s.what, s.is_money,
    EXISTS (SELECT FROM crm_orderevent e WHERE e.source = %s AND e.record = s.record AND e.version > s.version),
    s.happened_at, s.received_at, s.batch_id
FROM feed_event s ORDER BY s.record, s.version
ON CONFLICT (source, record, version) DO NOTHING
RETURNING record, version, is_stale
"""
# Where nothing as new can be there, nobody has to look whether it is.
_APPEND = """
INSERT INTO crm_orderevent (order_id, dealer_id, source, record, version, digest, kind, what, is_money, is_stale,
    happened_at, received_at, batch_id)
SELECT s.order_id, s.dealer_id, %s, s.record, s.version, s.digest, s.kind, s.what, s.is_money, false,
    s.happened_at, s.received_at, s.batch_id
FROM feed_event s ORDER BY s.record, s.version
"""
_KNOWN = """
SELECT e.record, e.version, e.digest FROM unnest(%s::text[], %s::bigint[]) AS k (record, version)
JOIN crm_orderevent e ON e.source = %s AND e.record = k.record AND e.version = k.version
"""


def tell(going: Run, events: Sequence[Event], *, are_newest: bool = False) -> Sequence[Event]:
    """Write them down and count their items; returns those that are new, in their order.

    An item of which one event is known already is no new one. `are_newest`: each item has one event, and the history
    has nothing of as new a version.
    """
    if not events:
        return []
    stage("feed_event", map(_row, events))
    if are_newest:
        run(_APPEND, [going.source])
        going.applied(len(events))
        return events
    new = {(record, version): stale for record, version, stale in run(_INSERT, [going.source, going.source])}
    fresh, known = [], []
    for event in events:
        stale = new.get((event.record, event.item.version))
        if stale is None:
            known.append(event)
        else:
            event.is_stale = stale
            fresh.append(event)
    _count(going, fresh, known)
    return fresh


def _row(event: Event) -> tuple[Any, ...]:
    item = event.item
    record = item.record
    return (
        *(event.order_id, event.dealer_id, words(event.record), record.version, item.digest, event.kind),
        *(words(to_json(event.what)), event.is_money, record.happened_at, item.received_at, item.batch_id),
    )


def _count(going: Run, fresh: list[Event], known: list[Event]) -> None:
    twice = {id(event.item) for event in known}
    late = {id(event.item): event.is_stale for event in fresh if id(event.item) not in twice}
    stale = sum(late.values())
    going.stale(stale)
    going.applied(len(late) - stale)
    if not known:
        return
    asked = [event.record for event in known], [event.item.version for event in known]
    digests = {(record, version): digest for record, version, digest in run(_KNOWN, [*asked, going.source])}
    for event in {id(event.item): event for event in known}.values():
        going.known(event.item, digests[event.record, event.item.version])
