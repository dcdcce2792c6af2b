"""What decisions announced becomes booked when accounting's entry with the claim's number is there.

A compensation is booked by an entry of that kind, what answers a dispute by a correction: `Compensation.kind` says.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from apps.crm.models import Claim, Compensation, LedgerEntry
from apps.crm.signals import compensations_booked

# An entry that was taken back books nothing any more; its compensation is announced again.
_TAKEN_BACK = """
UPDATE crm_compensation SET entry_id = NULL, booked_at = NULL
WHERE entry_id IN (SELECT reverses_id FROM crm_ledgerentry WHERE id = ANY(%s) AND reverses_id IS NOT NULL)
RETURNING id
"""
# Asked by the claims, so that an entry gives its place to the one that came instead, whichever is at hand.
_BOOK = """
UPDATE crm_compensation t SET entry_id = e.id, booked_at = %s
FROM (
    SELECT DISTINCT ON (c.id) c.id, e.id AS entry_id FROM crm_claim k
    JOIN crm_compensation c ON c.claim_id = k.id AND c.entry_id IS NULL
    JOIN crm_ledgerentry e ON e.claim_number = k.number AND e.dealer_id = c.dealer_id AND e.kind = c.kind
    WHERE k.number IN (SELECT claim_number FROM crm_ledgerentry WHERE id = ANY(%s) AND claim_number <> '')
        AND e.claim_number <> '' AND e.reverses_id IS NULL
        AND NOT EXISTS (SELECT FROM crm_ledgerentry r WHERE r.reverses_id = e.id)
    ORDER BY c.id, e.id
) AS e (compensation_id, id)
WHERE t.id = e.compensation_id
RETURNING t.id
"""


def book(entries: Collection[int], *, now: datetime) -> list[int]:
    """Link what was announced to these ledger entries (ids); the claims that it was about. A repeat changes nothing.

    Called by whoever applies entries, in the same transaction, and by a decision that comes after its entry. What is
    booked already keeps its entry, unless that was taken back.
    """
    if not entries:
        return []
    ids = list(entries)
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN_BACK, [ids])
        changed = {pk for (pk,) in cursor.fetchall()}
        cursor.execute(_BOOK, [now, ids])
        changed |= {pk for (pk,) in cursor.fetchall()}
    if changed:
        compensations_booked.send(sender=Compensation, compensations=sorted(changed), now=now)
    return list(Compensation.objects.filter(pk__in=changed).order_by("claim").values_list("claim", flat=True))


def book_claim(claim: Claim, *, now: datetime) -> None:
    """For a decision just made: accounting may have been faster."""
    book(list(LedgerEntry.objects.filter(claim_number=claim.number).values_list("pk", flat=True)), now=now)
