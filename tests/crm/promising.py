"""A past of orders that took so long, and what their dealer's people are told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from apps.accounts.models import User
from apps.activities.models import Notice
from apps.crm.models import Dealer, Order, OrderState, Stage, Status
from apps.crm.services.promises.learning import learn_timings
from tests.crm.factories import an_order

NAMES = ("accepted_at", "production_at", "made_at", "shipped_at", "delivered_at")


def delivered(
    dealer: Dealer, number: int, *, before: datetime, days: tuple[float, ...], product: str = "Doors"
) -> None:
    """So many orders, one an hour until `before`, each with these days in its four stages, a tenth more or less."""
    for index in range(number):
        order = an_order(dealer, f"P-{product}-{days[0]:g}-{index}", stage=Stage.DELIVERED, product=product)
        moments = [before - timedelta(hours=index)]
        for length in reversed(days):
            moments.append(moments[-1] - timedelta(days=length * (0.9 + index % 21 / 100)))
        stamps = dict(zip(NAMES, reversed(moments), strict=True))
        OrderState.objects.filter(order=order).update(**stamps)


def a_learned_past(dealer: Dealer, *, now: datetime, days: tuple[float, ...] = (2, 4, 1, 1), number: int = 60) -> None:
    delivered(dealer, number, before=now - timedelta(days=1), days=days)
    learn_timings(now=now)


def set_state(order: Order, *, now: datetime, **fields: Any) -> None:
    """As the feed leaves it; `status` follows `stage` unless given."""
    if "stage" in fields:
        fields.setdefault("status", Status(fields["stage"]))
    OrderState.objects.filter(order=order).update(changed_at=now, stage_as_of=now, **fields)


def told(user: User, event: str = "promise") -> int:
    return Notice.objects.filter(user=user, event=event).count()
