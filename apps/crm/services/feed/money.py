"""What orders and constructions cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from apps.crm.services.feed import standings
from apps.crm.services.feed.events import Event, tell
from apps.crm.services.feed.parents import ConstructionRef, OrderRef
from apps.crm.services.feed.run import Item, Run
from apps.crm.services.feed.staging import run, stage, to_json

_ORDERS = """
INSERT INTO crm_ordermoney (order_id, dealer_id, amount, currency, version, as_of)
SELECT s.ref, s.dealer_id, (s.body ->> 'amount')::numeric, s.body ->> 'currency', s.version, s.happened_at
FROM feed_record s ORDER BY s.ref
ON CONFLICT (order_id) DO UPDATE SET dealer_id = excluded.dealer_id, amount = excluded.amount,
    currency = excluded.currency, version = excluded.version, as_of = excluded.as_of
WHERE crm_ordermoney.version < excluded.version
"""
_CONSTRUCTIONS = """
INSERT INTO crm_constructionprice (construction_id, order_id, dealer_id, amount, currency, version, as_of)
SELECT c.id, c.order_id, c.dealer_id, (s.body ->> 'amount')::numeric, s.body ->> 'currency', s.version, s.happened_at
FROM feed_record s JOIN crm_construction c ON c.id = s.ref ORDER BY s.ref
ON CONFLICT (construction_id) DO UPDATE SET amount = excluded.amount, currency = excluded.currency,
    version = excluded.version, as_of = excluded.as_of
WHERE crm_constructionprice.version < excluded.version
"""


def apply_to_orders(going: Run, items: Sequence[Item], orders: Mapping[str, OrderRef]) -> None:
    """Prices of whole orders, which are all there."""
    there = [(item, orders[item.record.order]) for item in items]
    _apply(going, _ORDERS, [(item, order.id, order.id, order.dealer_id) for item, order in there], "money")


def apply_to_constructions(going: Run, items: Sequence[Item], pieces: Mapping[str, ConstructionRef]) -> None:
    """Prices of constructions, which are all there."""
    there = [(item, pieces[item.record.construction]) for item in items]
    _apply(going, _CONSTRUCTIONS, [(item, one.id, one.order_id, one.dealer_id) for item, one in there], "price")


def _apply(going: Run, statement: str, priced: Sequence[tuple[Item, int, int, int]], kind: str) -> None:
    """Each item with the ids of what it prices, its order and its dealer."""
    if not priced:
        return
    inorder = sorted(priced, key=lambda one: one[0].version)
    newest = {ref: (item, ref, dealer) for item, ref, _order, dealer in inorder}
    stage("feed_record", [_row(*one) for one in newest.values()])
    run(statement)
    events = [
        Event(item, item.name, order, dealer, kind, _what(item), is_money=True) for item, _ref, order, dealer in inorder
    ]
    fresh = tell(going, events)
    standings.touch({event.order_id for event in fresh}, now=going.now)
    for event in fresh:
        going.touch(event.dealer_id, [event.order_id])


def _what(item: Item) -> dict[str, Any]:
    record = item.record
    told = {"amount": str(record.amount), "currency": record.currency}
    return told if record.construction is None else {**told, "construction": record.construction}


def _row(item: Item, ref: int, dealer: int) -> tuple[Any, ...]:
    return item.name, item.version, ref, dealer, item.record.happened_at, to_json(_what(item))
