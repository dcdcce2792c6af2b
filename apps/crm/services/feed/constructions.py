"""Positions of orders, and what their counts of pieces say of the order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from apps.crm.services.feed import parents, standings
from apps.crm.services.feed.events import Event, tell
from apps.crm.services.feed.folding import STAGES
from apps.crm.services.feed.naming import construction_key
from apps.crm.services.feed.parents import OrderRef
from apps.crm.services.feed.run import Item, Run
from apps.crm.services.feed.staging import run, stage, to_json

_TEXTS = ("kind", "title", "colour", "glass", "hardware")
_NUMBERS = ("position", "quantity", "made", "shipped", "width", "height")
_SAVE = """
INSERT INTO crm_construction (plant_id, plant_key, order_id, dealer_id, position, kind, title, width, height, colour,
    glass, hardware, quantity, made, shipped, stage, scheme, version)
SELECT %s, s.key, s.ref, s.dealer_id, b.position, coalesce(b.kind, ''), coalesce(b.title, ''), b.width, b.height,
    coalesce(b.colour, ''), coalesce(b.glass, ''), coalesce(b.hardware, ''), b.quantity, b.made, b.shipped, b.stage,
    b.scheme, s.version
FROM feed_record s, jsonb_to_record(s.body) AS b (position int, kind text, title text, width int, height int,
    colour text, glass text, hardware text, quantity int, made int, shipped int, stage smallint, scheme jsonb)
ORDER BY s.key
ON CONFLICT (plant_id, plant_key) DO UPDATE SET order_id = excluded.order_id, dealer_id = excluded.dealer_id,
    position = excluded.position, kind = excluded.kind, title = excluded.title, width = excluded.width,
    height = excluded.height, colour = excluded.colour, glass = excluded.glass, hardware = excluded.hardware,
    quantity = excluded.quantity, made = excluded.made, shipped = excluded.shipped, stage = excluded.stage,
    scheme = excluded.scheme, version = excluded.version
WHERE crm_construction.version < excluded.version
RETURNING id, plant_key, order_id
"""
_PRICES = """
UPDATE crm_constructionprice p SET order_id = c.order_id, dealer_id = c.dealer_id FROM crm_construction c
WHERE p.construction_id = c.id AND c.id = ANY(%s)
"""


def apply(going: Run, items: Sequence[Item], orders: Mapping[str, OrderRef]) -> None:
    """Make or change the constructions; their orders are all there."""
    inorder = sorted(items, key=lambda item: item.version)
    newest = {item.record.key: item for item in inorder}
    before = parents.constructions(going.plant, newest.keys())
    stage("feed_record", [_row(item, orders[item.record.order]) for item in newest.values()])
    saved = run(_SAVE, [going.plant.pk])
    events = tell(going, [_event(item, orders[item.record.order]) for item in inorder])
    moved = [pk for pk, key, order_id in saved if key in before and before[key].order_id != order_id]
    if moved:
        run(_PRICES, [moved])
    changed = {order_id for _pk, _key, order_id in saved}
    changed |= {before[key].order_id for _pk, key, _order in saved if key in before}
    count(going, changed)
    for event in events:
        going.touch(event.dealer_id, [event.order_id])
    if made := [construction_key(going.plant, key) for _pk, key, _order in saved if key not in before]:
        parents.lock(made)
        going.made.update(made)


def count(going: Run, order_ids: Iterable[int]) -> None:
    """Let the orders' counts be those of their constructions, and what is shown follow."""
    there = standings.locked(order_ids)
    if not there:
        return
    pieces = standings.pieces(there.keys())
    for order_id, standing in there.items():
        standing.quantity, standing.made, standing.shipped = pieces.get(order_id, (0, 0, 0))
    standings.write(there.values(), now=going.now)
    for order_id in there:
        going.outcome.statuses.pop(order_id, None)  # asked again in the end


def _row(item: Item, order: OrderRef) -> tuple[Any, ...]:
    record = item.record
    body = {**_told(item), "scheme": record.scheme}
    return record.key, record.version, order.id, order.dealer_id, record.happened_at, to_json(body)


def _event(item: Item, order: OrderRef) -> Event:
    # Without the drawing, which would be repeated with each piece that is made.
    return Event(item, item.name, order.id, order.dealer_id, "construction", _told(item))


def _told(item: Item) -> dict[str, Any]:
    record = item.record
    told = {name: value for name in _TEXTS if (value := getattr(record, name))}
    told |= {name: value for name in _NUMBERS if (value := getattr(record, name)) is not None}
    return {**told, "stage": int(STAGES[record.stage])}
