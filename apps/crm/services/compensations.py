"""Compensations become booked when accounting's entry with the claim's number is there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from apps.crm.models import Claim
from apps.crm.services.claim_history import tell_pages

# The newest entry of a claim counts; an entry that was reversed gives its place to the one that came instead.
_BOOK = """
UPDATE crm_compensation c SET entry_id = e.id, booked_at = %s
FROM (
    SELECT DISTINCT ON (k.id) k.id AS claim_id, e.id, e.dealer_id
    FROM crm_ledgerentry e JOIN crm_claim k ON k.number = e.claim_number
    WHERE e.id = ANY(%s) AND e.kind = 'compensation' AND e.reverses_id IS NULL
      AND NOT EXISTS (SELECT 1 FROM crm_ledgerentry r WHERE r.reverses_id = e.id)
    ORDER BY k.id, e.id DESC
) e
WHERE c.claim_id = e.claim_id AND c.dealer_id = e.dealer_id
  AND (c.entry_id IS NULL OR EXISTS (SELECT 1 FROM crm_ledgerentry r WHERE r.reverses_id = c.entry_id))
RETURNING c.claim_id
"""


def book(entries: Collection[int], *, now: datetime) -> list[int]:
    """Link the compensations of these ledger entries (ids), in one statement; the claims that it was about.

    Called by whoever applies entries, in the same transaction, and by a decision that comes after its entry.
    A repeat changes nothing.
    """
    if not entries:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_BOOK, [now, list(entries)])
        ids = sorted(claim_id for (claim_id,) in cursor.fetchall())
    for claim in Claim.objects.filter(pk__in=ids):
        tell_pages(claim)
    return ids
