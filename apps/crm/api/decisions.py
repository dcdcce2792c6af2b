"""Decisions on claims, for accounting: read in the order in which they were made, by a cursor that misses none."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from django.http import HttpRequest
from ninja import Router, Schema

from apps.accounts.api_auth import needs_scope
from apps.core.api import PROBLEMS
from apps.core.page_keys import page_key, read_page_key
from apps.crm.models import Claim, Compensation
from apps.crm.models.reach import CLAIM_ROLES, MONEY_ROLES, of_dealers
from apps.crm.selectors.decisions import decision_values

router = Router(tags=["claims"])
PAGE = 200


class DecisionOut(Schema):
    """`claim` is the number that the ledger entry names; `amount` is empty where no money is given.

    `kind` is that of the entry: a "correction" answers a dispute about the line that accounting knows as `entry`, and
    may be below zero, which puts it to the dealer's account. `order` is empty where the line belongs to none.
    """

    claim: str
    dealer: str
    plant: str
    order: str
    order_number: str
    entry: str
    accepted: bool
    kind: str
    amount: Decimal | None
    currency: str
    text: str
    decided_at: datetime | None


class DecisionsOut(Schema):
    """`after` is the cursor for the next request, also where there was nothing new."""

    decisions: list[DecisionOut]
    after: str


@router.get("", response={200: DecisionsOut, **PROBLEMS}, summary="Decisions on claims since a cursor")
@needs_scope("claims:read")
def decisions(request: HttpRequest, after: str = "") -> DecisionsOut:
    """The next 200 decisions. Keep `after` and ask with it again; without it all begin from the first."""
    reach = of_dealers(request.user, CLAIM_ROLES | MONEY_ROLES)
    if reach is None:
        return DecisionsOut(decisions=[], after=after)
    found = Claim.objects.filter(reach, decided_at__isnull=False)
    key = read_page_key(after[:100])
    if key is not None:
        found = found.filter(decided_at__gt=key[0])
    rows = list(found.select_related("dealer", "plant", "order", "entry").order_by("decided_at", "pk")[:PAGE])
    given = {each.claim_id: each for each in Compensation.objects.filter(claim__in=rows)}
    last = _key(rows[-1]) if rows else after
    return DecisionsOut(
        decisions=[DecisionOut(**decision_values(claim, given.get(claim.pk))) for claim in rows], after=last
    )


def _key(claim: Claim) -> str:
    """Without a plus sign, which addresses would take for a space."""
    return page_key(claim.decided_at.astimezone(UTC), claim.pk).replace("+00:00", "Z") if claim.decided_at else ""
