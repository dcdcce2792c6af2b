"""A decision on a claim as accounting reads it: by the cursor of the API, or as an event."""

from __future__ import annotations

from typing import Any

from apps.crm.models import Claim, Compensation


def decision_values(claim: Claim, given: Compensation | None) -> dict[str, Any]:
    """Of a claim read with its dealer, plant, order and entry, and what it gives."""
    return {
        "claim": claim.number,
        "dealer": claim.dealer.code,
        "plant": claim.plant.key,
        "order": claim.order.plant_key if claim.order else "",
        "order_number": claim.order.number if claim.order else "",
        "entry": claim.entry.key if claim.entry else "",
        "accepted": claim.state == Claim.State.ACCEPTED,
        "kind": Compensation.Kind.CORRECTION if claim.is_dispute else Compensation.Kind.COMPENSATION,
        "amount": given.amount if given else None,
        "currency": given.currency if given else "",
        "text": claim.decision,
        "decided_at": claim.decided_at,
    }
