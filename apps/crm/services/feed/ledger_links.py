"""What entries belong to: orders that may come later than they, and compensations that were announced before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from apps.crm.models import Compensation, Plant
from apps.crm.services.feed.staging import run
from apps.crm.signals import compensations_booked

# Another dealer's order is none of this entry's.
_LINK = """
UPDATE crm_ledgerentry e SET order_id = o.id FROM unnest(%s::text[]) k
JOIN crm_order o ON o.plant_id = %s AND o.plant_key = k
WHERE e.plant_id = o.plant_id AND e.order_key = k AND e.order_id IS NULL AND e.order_key <> ''
    AND e.dealer_id = o.dealer_id
"""
_OF_CLAIMS = """
SELECT DISTINCT ON (c.id) c.id, e.id FROM crm_ledgerentry e
JOIN crm_claim c ON c.number = e.claim_number AND c.dealer_id = e.dealer_id
WHERE {} AND e.kind = 'compensation' AND e.reverses_id IS NULL
    AND NOT EXISTS (SELECT FROM crm_ledgerentry r WHERE r.reverses_id = e.id)
ORDER BY c.id, e.id
"""
_ENTRIES_OF = _OF_CLAIMS.format("e.id = ANY(%s)")
_ENTRIES_FOR = _OF_CLAIMS.format("e.claim_number <> '' AND c.id = ANY(%s)")
_BOOK = """
UPDATE crm_compensation t SET entry_id = k.entry_id, booked_at = %s
FROM unnest(%s::bigint[], %s::bigint[]) AS k (claim_id, entry_id)
WHERE t.claim_id = k.claim_id AND t.entry_id IS NULL
RETURNING t.id
"""


def link_orders(plant: Plant, keys: Sequence[str]) -> None:
    """Called under the locks of these orders' keys, so that no entry slips in between."""
    run(_LINK, [list(keys), plant.pk])


def link_claims(booked: Sequence[tuple[int, str, str, int | None]], *, now: datetime) -> None:
    """Let compensations announced for claims know their entries; given id, kind, claim's number and what it reverses.

    One whose entry was taken back is announced again, unless a newer version of it came.
    """
    reversed_ids = [reverses for _pk, _kind, _number, reverses in booked if reverses is not None]
    if reversed_ids:
        run("UPDATE crm_compensation SET entry_id = NULL, booked_at = NULL WHERE entry_id = ANY(%s)", [reversed_ids])
    new = [pk for pk, kind, number, reverses in booked if kind == "compensation" and number and reverses is None]
    if new:
        book(run(_ENTRIES_OF, [new]), now=now)


def look_for_entries(claim_ids: Sequence[int], *, now: datetime) -> None:
    """For decisions just made: accounting may have booked them already."""
    book(run(_ENTRIES_FOR, [list(claim_ids)]), now=now)


def book(pairs: Sequence[tuple[int, int]], *, now: datetime) -> None:
    """Link compensations to entries, given as (claim, entry); those that have one keep it."""
    if not pairs:
        return
    claims, entries = zip(*pairs, strict=True)
    done = [pk for (pk,) in run(_BOOK, [now, list(claims), list(entries)])]
    if done:
        compensations_booked.send(sender=Compensation, compensations=done, now=now)
