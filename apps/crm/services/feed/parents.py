"""What records belong to, by the plants' own keys; and the lock that lets none wait for a parent that just came."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple, TypeVar

from apps.core.batch import texts_of
from apps.crm.models import Plant
from apps.crm.services.feed import standings
from apps.crm.services.feed.folding import Standing
from apps.crm.services.feed.naming import construction_key, dealer_key, order_key
from apps.crm.services.feed.staging import run

T = TypeVar("T")


class OrderRef(NamedTuple):
    """`standing`: how the order stands, where it was locked when it was found."""

    id: int
    dealer_id: int
    standing: Standing | None = None


class ConstructionRef(NamedTuple):
    id: int
    order_id: int
    dealer_id: int


_ORDERS = """
SELECT k, o.id, o.dealer_id FROM unnest(%s::text[]) k
JOIN crm_order o ON o.plant_id = %s AND o.plant_key = k
"""
_CONSTRUCTIONS = """
SELECT k, c.id, c.order_id, c.dealer_id FROM unnest(%s::text[]) k
JOIN crm_construction c ON c.plant_id = %s AND c.plant_key = k
"""
_DEALERS = """
SELECT k, r.object_id FROM unnest(%s::text[]) k
JOIN crm_externalref r ON r.source = %s AND r.type = 'dealer' AND r.external_id = k
"""
# In buckets, so that a first load of thousands takes no more locks than the server has.
_LOCK = """
SELECT pg_advisory_xact_lock(60111, bucket)
FROM (SELECT DISTINCT hashtext(k) & 127 AS bucket FROM unnest(%s::text[]) k ORDER BY 1 OFFSET 0) locks
"""


def orders(plant: Plant, keys: Collection[str]) -> dict[str, OrderRef]:
    return {key: OrderRef(*found) for key, *found in run(_ORDERS, [texts_of(keys), plant.pk])} if keys else {}


def locked_orders(plant: Plant, keys: Collection[str]) -> dict[str, OrderRef]:
    """With how they stand: until the transaction ends nobody else changes it."""
    found = standings.locked_by_key(plant.pk, keys) if keys else {}
    return {key: OrderRef(one.order_id, dealer_id, one) for key, (dealer_id, one) in found.items()}


def constructions(plant: Plant, keys: Collection[str]) -> dict[str, ConstructionRef]:
    return (
        {key: ConstructionRef(*found) for key, *found in run(_CONSTRUCTIONS, [texts_of(keys), plant.pk])}
        if keys
        else {}
    )


def dealers(source: str, keys: Collection[str]) -> dict[str, int]:
    return dict(run(_DEALERS, [list(keys), source])) if keys else {}


def lock(keys: Iterable[str]) -> None:
    """Until the transaction ends: whoever misses one of these parents, or makes it, waits for us."""
    if wanted := sorted(set(keys)):
        run(_LOCK, [wanted])


def sure(
    find: Callable[[Collection[str]], dict[str, T]], keys: Collection[str], waited_for: Callable[[str], str]
) -> dict[str, T]:
    """What `find` finds of `keys`; what it misses it is asked for again once nobody can be making it unseen.

    `waited_for` gives the key that a record would wait for.
    """
    found = find(keys)
    if missing := [key for key in keys if key not in found]:
        lock(map(waited_for, missing))
        found |= find(missing)
    return found


def sure_orders(plant: Plant, keys: Collection[str]) -> dict[str, OrderRef]:
    return sure(lambda some: orders(plant, some), keys, lambda key: order_key(plant, key))


def sure_locked_orders(plant: Plant, keys: Collection[str]) -> dict[str, OrderRef]:
    return sure(lambda some: locked_orders(plant, some), keys, lambda key: order_key(plant, key))


def sure_constructions(plant: Plant, keys: Collection[str]) -> dict[str, ConstructionRef]:
    return sure(lambda some: constructions(plant, some), keys, lambda key: construction_key(plant, key))


def sure_dealers(source: str, keys: Collection[str]) -> dict[str, int]:
    return sure(lambda some: dealers(source, some), keys, lambda key: dealer_key(source, key))
