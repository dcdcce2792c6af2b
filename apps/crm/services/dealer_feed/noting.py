"""What a transaction touched is noted within it; one row, whatever it was, so that applying feeds stays as fast."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.core.cache import cache
from django.db import connection, transaction

from apps.core.batch import array_of
from apps.core.jobs import nudge
from apps.crm.models import DealerFeed, DealerFeedChange

BELL = "dealer-feed:rung"
# A field of the model would look at each of five hundred ids.
_NOTE = """
INSERT INTO crm_dealerfeedchange (orders, shipments, entries, at) VALUES (%s::bigint[], %s::bigint[], %s::bigint[], %s)
"""


def note_changes(
    *,
    now: datetime,
    orders: Collection[int] = (),
    shipments: Collection[int] = (),
    entries: Collection[int] = (),
) -> None:
    """In the caller's transaction: these records may look another way to their dealers, or be gone for some."""
    if orders or shipments or entries:
        with connection.cursor() as cursor:
            cursor.execute(_NOTE, [*map(array_of, map(sorted, (orders, shipments, entries))), now])
        _wake()


def note_opened(dealer_id: int, *, now: datetime) -> None:
    """All of this dealer's records get their first revision, once."""
    _feed, is_new = DealerFeed.objects.get_or_create(dealer_id=dealer_id, defaults={"opened_at": now})
    if is_new:
        DealerFeedChange.objects.create(opened_id=dealer_id, at=now)
        _wake()


def _wake() -> None:
    transaction.on_commit(_nudge)


def _nudge() -> None:
    """One bell for all changes until a worker hears it; without any feed to number the sweep is soon enough."""
    from apps.crm import jobs

    if DealerFeed.objects.exists() and cache.add(BELL, 1, timeout=10):
        nudge(jobs.number_changes)
