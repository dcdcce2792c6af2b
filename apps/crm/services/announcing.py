"""Telling open pages that orders have changed: ids and statuses, never money."""

from __future__ import annotations

from collections.abc import Mapping

from apps.core.live import publish
from apps.crm.kept_pages import forget_dealers


def announce_orders(*, dealer_id: int, statuses: Mapping[int, int]) -> None:
    """Once the running transaction has committed: kept pages are made anew, open ones ask for what they show.

    `statuses` are what is shown of the changed orders now, by their ids.
    """
    forget_dealers([dealer_id])
    stages = {str(order_id): status for order_id, status in statuses.items()}
    publish(f"dealer:{dealer_id}", "orders-changed", {"ids": sorted(statuses), "stages": stages})
