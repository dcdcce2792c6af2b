"""One pass: parents before children, each kind as a set; what misses its parent waits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from apps.crm.feed.records import (
    ConstructionRecord,
    DealerRecord,
    DeliveryRecord,
    LedgerRecord,
    OrderRecord,
    OrderStatusRecord,
    PriceRecord,
    ShipmentRecord,
)
from apps.crm.services.feed import constructions, dealers, deliveries, ledger, money, orders, shipments, statuses
from apps.crm.services.feed.naming import construction_key, dealer_key, order_key
from apps.crm.services.feed.parents import (
    OrderRef,
    sure_constructions,
    sure_dealers,
    sure_locked_orders,
    sure_orders,
)
from apps.crm.services.feed.run import Item, Run
from apps.crm.services.feed.waiting import wait

Applies = Callable[[Run, Sequence[Item], Mapping[str, OrderRef]], None]


def apply(going: Run, items: Sequence[Item]) -> None:
    """Apply them, each counted once; `going.made` then has the keys for which others may wait."""
    kinds: dict[type, list[Item]] = {}
    for item in items:
        kinds.setdefault(type(item.record), []).append(item)
    if told := kinds.get(DealerRecord):
        dealers.apply(going, told)
    _orders(going, kinds.get(OrderRecord, []))
    _of_orders(going, kinds)
    _prices_of_constructions(going, kinds.get(PriceRecord, []))
    shipments.apply(going, kinds.get(ShipmentRecord, []))
    _ledger(going, kinds.get(LedgerRecord, []))


def _orders(going: Run, items: list[Item]) -> None:
    if not items:
        return
    there = sure_dealers(going.source, {item.record.dealer for item in items})
    if found := _split(going, items, there, lambda record: record.dealer, _dealer(going)):
        orders.apply(going, found, there)


def _of_orders(going: Run, kinds: Mapping[type, list[Item]]) -> None:
    """What belongs to orders: those of all kinds are looked for at once."""
    parts: list[tuple[list[Item], Callable[[Any], str], Applies]] = [
        (kinds.get(ConstructionRecord, []), lambda record: record.order, constructions.apply),
        (kinds.get(OrderStatusRecord, []), lambda record: record.key, statuses.apply),
        (kinds.get(DeliveryRecord, []), lambda record: record.key, deliveries.apply),
        (_whole(kinds.get(PriceRecord, [])), lambda record: record.order, money.apply_to_orders),
    ]
    keys = {parent_of(item.record) for items, parent_of, _applies in parts for item in items}
    # Constructions change how orders stand, which is read after them; else orders are found and locked in one look.
    find = sure_orders if kinds.get(ConstructionRecord) or OrderStatusRecord not in kinds else sure_locked_orders
    there = find(going.plant, keys) if keys else {}
    for items, parent_of, applies in parts:
        if found := _split(going, items, there, parent_of, _order(going)):
            applies(going, found, there)


def _whole(prices: list[Item]) -> list[Item]:
    return [item for item in prices if item.record.construction is None]


def _prices_of_constructions(going: Run, prices: list[Item]) -> None:
    items = [item for item in prices if item.record.construction is not None]
    if not items:
        return
    there = sure_constructions(going.plant, {item.record.construction for item in items})
    found = _split(going, items, there, lambda record: record.construction, _construction(going))
    money.apply_to_constructions(going, found, there)


def _ledger(going: Run, items: list[Item]) -> None:
    """An entry books without its order, which may come later, but not without its dealer."""
    if not items:
        return
    there = sure_dealers(going.source, {item.record.dealer for item in items})
    if found := _split(going, items, there, lambda record: record.dealer, _dealer(going)):
        named = sure_orders(going.plant, {item.record.order for item in found if item.record.order})
        ledger.apply(going, found, there, named)


def _split(
    going: Run,
    items: Iterable[Item],
    there: Mapping[str, object],
    parent_of: Callable[[Any], str],
    wanted: Callable[[str], str],
) -> list[Item]:
    """Those whose parent is there; the others wait for it."""
    found, missing = [], []
    for item in items:
        parent = parent_of(item.record)
        if parent in there:
            found.append(item)
        else:
            missing.append((item, wanted(parent)))
    wait(going, missing)
    return found


def _dealer(going: Run) -> Callable[[str], str]:
    return lambda key: dealer_key(going.source, key)


def _order(going: Run) -> Callable[[str], str]:
    return lambda key: order_key(going.plant, key)


def _construction(going: Run) -> Callable[[str], str]:
    return lambda key: construction_key(going.plant, key)
