"""Who ordered what: orders made and changed, with what hangs on them when they come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from apps.crm.services.feed import rehoming
from apps.crm.services.feed.deliveries import plan
from apps.crm.services.feed.events import Event, tell
from apps.crm.services.feed.ledger_links import link_orders
from apps.crm.services.feed.naming import order_key
from apps.crm.services.feed.parents import lock, orders
from apps.crm.services.feed.run import Item, Run
from apps.crm.services.feed.staging import run, stage, to_json

_CONTENT = ("number", "reference", "client", "product", "comment", "received_at", "promised_on")
_SAVE = """
INSERT INTO crm_order (plant_id, plant_key, dealer_id, number, reference, client, product, comment, received_at,
    identity_version, created_at)
SELECT %s, s.key, s.dealer_id, b.number, b.reference, b.client, b.product, b.comment, b.received_at, s.version, %s
FROM feed_record s, jsonb_to_record(s.body) AS b (number text, reference text, client text, product text,
    comment text, received_at timestamptz)
ORDER BY s.key
ON CONFLICT (plant_id, plant_key) DO UPDATE SET dealer_id = excluded.dealer_id, number = excluded.number,
    reference = excluded.reference, client = excluded.client, product = excluded.product,
    comment = excluded.comment, received_at = excluded.received_at, identity_version = excluded.identity_version
WHERE crm_order.identity_version < excluded.identity_version
RETURNING plant_key, id, dealer_id
"""
_STATES = """
INSERT INTO crm_orderstate (order_id, dealer_id, plant_id, stage, status, is_on_hold, is_cancelled, quantity, made,
    shipped, stage_version, delivery_version, changed_at)
SELECT k.id, k.dealer_id, %s, 0, 0, false, false, 0, 0, 0, 0, 0, %s
FROM unnest(%s::bigint[], %s::bigint[]) AS k (id, dealer_id) ORDER BY k.id
ON CONFLICT (order_id) DO NOTHING
"""
# The date first given is that of the oldest version which gave one.
_PROMISES = """
UPDATE crm_orderstate t SET promised_on = p.day, changed_at = %s
FROM (
    SELECT DISTINCT ON (e.order_id) e.order_id, (e.what ->> 'promised_on')::date AS day FROM crm_orderevent e
    WHERE e.order_id = ANY(%s) AND e.kind = 'identity' AND e.what ? 'promised_on' ORDER BY e.order_id, e.version
) p
WHERE t.order_id = p.order_id AND t.promised_on IS DISTINCT FROM p.day
"""


def apply(going: Run, items: Sequence[Item], dealers: Mapping[str, int]) -> None:
    """Make or change the orders; their dealers are all there."""
    before = orders(going.plant, {item.record.key for item in items})
    newest = {item.record.key: item for item in sorted(items, key=lambda item: item.version)}
    stage("feed_record", [_row(item, dealers) for item in newest.values()])
    saved = {key: (pk, dealer) for key, pk, dealer in run(_SAVE, [going.plant.pk, going.now])}
    made = [key for key in saved if key not in before]
    if made:
        columns = [[saved[key][place] for key in made] for place in (0, 1)]
        run(_STATES, [going.plant.pk, going.now, *columns])
    ids = {key: (order.id, order.dealer_id) for key, order in before.items()} | saved
    fresh = tell(going, [_event(item, *ids[item.record.key]) for item in sorted(items, key=lambda i: i.version)])
    if promised := {event.order_id for event in fresh if "promised_on" in event.what}:
        run(_PROMISES, [going.now, sorted(promised)])
    _rehome(going, {key: saved[key][0] for key in saved if key in before and before[key].dealer_id != saved[key][1]})
    for key, (pk, dealer_id) in saved.items():
        going.touch(dealer_id, [pk])
        if key in before and before[key].dealer_id != dealer_id:
            going.touch(before[key].dealer_id, [])  # whose list had it
    if made:
        _welcome(going, made)


def _rehome(going: Run, moved: Mapping[str, int]) -> None:
    if moved:
        rehoming.move(moved.values())
        link_orders(going.plant, list(moved))
        plan(going, moved.values())


def _welcome(going: Run, keys: list[str]) -> None:
    """What came before its order: entries are linked here, the rest is released."""
    wanted = [order_key(going.plant, key) for key in keys]
    lock(wanted)
    link_orders(going.plant, keys)
    going.made.update(wanted)


def _row(item: Item, dealers: Mapping[str, int]) -> tuple[Any, ...]:
    record = item.record
    body = {name: getattr(record, name) for name in _CONTENT}
    return record.key, record.version, None, dealers[record.dealer], record.happened_at, to_json(body)


def _event(item: Item, order_id: int, dealer_id: int) -> Event:
    record = item.record
    told = {name: value for name in _CONTENT if (value := getattr(record, name)) not in ("", None)}
    return Event(item, item.name, order_id, dealer_id, "identity", told)
