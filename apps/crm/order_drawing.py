"""The large parts of an order's page, drawn once and kept for the dealer's people until an order changes.

Only what hangs on the order alone: shipments, settlements, claims and how fresh the sources are stay outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from apps.crm.kept_pages import keep, reader_key
from apps.crm.models import Order
from apps.crm.selectors.order_pages import events_of, pieces_of, sources_of

if TYPE_CHECKING:
    from apps.accounts.models import User


SHOWN = 12  # of the history; the tape has all


@dataclass(frozen=True, slots=True)
class Drawn:
    pieces: SafeString
    history: SafeString
    sources: dict[str, str]


def drawn_order(order: Order, *, user: User, sees_money: bool, may_claim: bool) -> Drawn:
    """For the dealer's people."""

    def draw() -> Drawn:
        return draw_order(order, user=user, sees_money=sees_money, in_portal=True, may_claim=may_claim)

    return keep(order.dealer_id, f"order:{order.pk}:{may_claim}:{reader_key(sees_money=sees_money)}", draw)


def draw_order(
    order: Order, *, user: User, sees_money: bool, in_portal: bool = False, may_claim: bool = False
) -> Drawn:
    events = events_of(order, user=user, sees_money=sees_money)
    context = {
        "pieces": pieces_of(order, user=user, sees_money=sees_money),
        "sees_money": sees_money,
        "in_portal": in_portal,
        "may_claim": may_claim,
    }
    return Drawn(
        render_to_string("crm/_pieces.html", context),
        render_to_string("crm/_order_history.html", {"events": events[:SHOWN], "order": order, "in_portal": in_portal}),
        sources_of(events),
    )
