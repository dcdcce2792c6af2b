"""Who may hear of changes of a dealer's orders. See contributions.py."""

from __future__ import annotations

from typing import Any

from apps.core.contributions import live
from apps.crm.doors import deals_with_orders
from apps.crm.models import Dealer
from apps.crm.models.reach import portal_reader


def register() -> None:
    """Called once, when the app is ready."""
    live.register("dealer", _may_hear_dealer)


def _may_hear_dealer(user: Any, channel: str) -> bool:
    """The dealer's people, and staff with orders who see the dealer's contact."""
    key = channel.removeprefix("dealer:")
    if not key.isdecimal() or len(key) > 18:
        return False
    reader = portal_reader(user)
    if reader is not None:
        return reader.dealer_id == int(key)
    return deals_with_orders(user) and Dealer.objects.visible_to(user).filter(pk=int(key)).exists()
