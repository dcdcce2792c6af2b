"""What entries belong to: orders that may come later than they, and claims whose decisions were announced before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from apps.crm.models import Plant
from apps.crm.services.compensations import book
from apps.crm.services.feed.staging import run

# Another dealer's order is none of this entry's.
_LINK = """
UPDATE crm_ledgerentry e SET order_id = o.id FROM unnest(%s::text[]) k
JOIN crm_order o ON o.plant_id = %s AND o.plant_key = k
WHERE e.plant_id = o.plant_id AND e.order_key = k AND e.order_id IS NULL AND e.order_key <> ''
    AND e.dealer_id = o.dealer_id
"""


def link_orders(plant: Plant, keys: Sequence[str]) -> None:
    """Called under the locks of these orders' keys, so that no entry slips in between."""
    run(_LINK, [list(keys), plant.pk])


def link_claims(booked: Sequence[tuple[int, str, int | None]], *, now: datetime) -> None:
    """Let what was announced for claims know its entries; given id, claim's number and what it reverses."""
    book([pk for pk, number, reverses in booked if number or reverses is not None], now=now)
