"""Whether what is kept beside the entries and the history still equals what follows from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from apps.core.batch import portions
from apps.crm.models import OrderState
from apps.crm.services.feed import standings
from apps.crm.services.feed.staging import run

_COMPARED = ("stage", "status", "is_on_hold", "is_cancelled", "quantity", "made", "shipped", "version", "is_approved")
_MONTHS = """
WITH sums AS (
    SELECT dealer_id, plant_id, currency, date_trunc('month', booked_on)::date AS month,
        coalesce(sum(amount) FILTER (WHERE amount > 0), 0) AS charged,
        coalesce(sum(amount) FILTER (WHERE amount < 0), 0) AS paid, count(*) AS count
    FROM crm_ledgerentry GROUP BY 1, 2, 3, 4
), months AS (SELECT dealer_id, plant_id, currency, month, charged, paid, count FROM crm_ledgermonth)
SELECT DISTINCT dealer_id, plant_id, currency, month
FROM ((TABLE sums EXCEPT TABLE months) UNION ALL (TABLE months EXCEPT TABLE sums)) AS other ORDER BY 1, 2, 3, 4
"""


def wrong_months() -> list[tuple[int, int, str, object]]:
    """Dealer, plant, currency and month of each sum that isn't what its entries come to."""
    return [(dealer, plant, currency, month) for dealer, plant, currency, month in run(_MONTHS)]


def wrong_orders() -> Iterator[int]:
    """Orders whose stage, overlays or status differ from what their history says; reads all of them.

    Within a transaction, which holds the rows until its end.
    """
    for portion in portions(list(OrderState.objects.order_by("pk").values_list("pk", flat=True))):
        yield from _wrong(portion)


def _wrong(order_ids: Sequence[int]) -> list[int]:
    there = standings.locked(order_ids)
    pieces = standings.pieces(order_ids)
    wrong = []
    for order_id, told in standings.refolded(order_ids).items():
        told.quantity, told.made, told.shipped = pieces.get(order_id, (told.quantity, told.made, told.shipped))
        told.derive()
        kept = there[order_id]
        if any(getattr(told, name) != getattr(kept, name) for name in _COMPARED):
            wrong.append(order_id)
    return wrong
