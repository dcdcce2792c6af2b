"""What was applied reaches open pages, caches and notices."""

from __future__ import annotations

from typing import Any

from apps.core import clock, live
from apps.crm.models import Order
from apps.crm.services.dealer_feed.noting import note_changes
from apps.crm.services.feed.outcome import Outcome
from apps.crm.signals import orders_changed


def announce(outcome: Outcome) -> None:
    """Call it in the transaction that applied `outcome`: pages hear after the commit, one event a dealer.

    The event bears ids and the statuses shown, never money. Receivers of `orders_changed` run within the transaction.
    """
    orders: set[int] = set().union(*outcome.touched.values())
    note_changes(now=clock.now(), orders=orders, shipments=outcome.shipments, entries=outcome.entries)
    if not outcome.touched and not outcome.accounts:
        return
    events: list[tuple[str, str, dict[str, Any]]] = []
    for dealer_id, orders in sorted(outcome.touched.items()):
        ids = sorted(orders)
        stages = {str(order_id): outcome.statuses[order_id] for order_id in ids}
        events.append((f"dealer:{dealer_id}", "orders-changed", {"ids": ids, "stages": stages}))
    events += [(f"dealer:{dealer_id}", "ledger-changed", {}) for dealer_id in sorted(outcome.accounts)]
    live.publish_many(events)
    orders_changed.send(sender=Order, touched=outcome.touched, accounts=outcome.accounts, happenings=outcome.happenings)
