"""`/claims`: of the dealers whose contact the token's user sees. Decisions alone, by a cursor, are `/decisions`."""

from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from apps.accounts.api_auth import needs_scope
from apps.core.api import PROBLEMS
from apps.crm.api.shared import ChangedPaged, asking, page_of
from apps.crm.doors import deals_with_money
from apps.crm.models import Claim, Compensation

router = Router(tags=["claims"])


class ClaimFilters(ChangedPaged):
    dealer: str = Field("", max_length=30, description="The dealer's code")
    state: str = Field("", max_length=10, description="new, in_review, waiting, accepted, refused, closed")


class ClaimOut(Schema):
    id: int
    number: str
    dealer: str
    plant: str
    order_id: int | None = Field(description="null: about a line that belongs to no order")
    order_number: str
    entry_id: int | None = Field(description="The ledger entry that is disputed; null: no dispute")
    expected: Decimal | None = Field(description="What that entry should be, says the dealer; for readers of money")
    kind: str
    text: str
    state: str
    author: str
    made_at: datetime
    due_at: datetime
    decision: str
    decided_at: datetime | None
    closed_at: datetime | None
    compensation: Decimal | None
    currency: str
    is_booked: bool
    changed_at: datetime


class ClaimPage(Schema):
    items: list[ClaimOut]
    next: str | None = Field(description="The `after` of the next page; null at the end")


@router.get("", response={200: ClaimPage, **PROBLEMS}, summary="List claims")
@needs_scope("claims:read")
def list_claims(request: HttpRequest, wanted: Query[ClaimFilters]) -> ClaimPage:
    """The newest first; with `changed_after` in the order of their changes."""
    user = asking(request)
    found = Claim.objects.visible_to(user).select_related("dealer", "plant", "order")
    if wanted.dealer:
        found = found.filter(dealer__code=wanted.dealer)
    if wanted.state:
        if wanted.state not in Claim.State.values:
            raise ValidationError({"state": "There is no such state."})
        found = found.filter(state=wanted.state)
    rows, next_key = page_of(found, wanted, newest="made_at", changed="changed_at", since=wanted.changed_after)
    money = deals_with_money(user)
    given = {each.claim_id: each for each in Compensation.objects.visible_to(user).filter(claim__in=rows)}
    return ClaimPage(items=[_out(each, given.get(each.pk), sees_money=money) for each in rows], next=next_key)


def _out(claim: Claim, given: Compensation | None, *, sees_money: bool) -> ClaimOut:
    same = (
        "id",
        "number",
        "order_id",
        "entry_id",
        "kind",
        "text",
        "state",
        "made_at",
        "due_at",
        "decision",
        "decided_at",
    )
    return ClaimOut(
        **{name: getattr(claim, name) for name in same},
        dealer=claim.dealer.code,
        plant=claim.plant.key,
        order_number=claim.order.number if claim.order else "",
        expected=claim.expected if sees_money else None,
        author=claim.author_name,
        closed_at=claim.closed_at,
        compensation=given.amount if given else None,
        currency=given.currency if given else "",
        is_booked=bool(given and given.booked_at),
        changed_at=claim.changed_at,
    )
