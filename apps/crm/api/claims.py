"""`/claims`: of the dealers whose contact the token's user sees. Decisions alone, by a cursor, are `/decisions`."""

from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from apps.accounts.api_auth import needs_scope
from apps.core.api import PROBLEMS
from apps.crm.api.shared import ChangedPaged, asking, page_of
from apps.crm.doors import deals_with_money
from apps.crm.drawing.schemes import draw_marked
from apps.crm.models import Claim, Compensation
from apps.crm.selectors.claim_subjects import subject_of

router = Router(tags=["claims"])
_OF_ITS_SUBJECT = ("marks", "subject", "construction", "shipment")


class ClaimFilters(ChangedPaged):
    dealer: str = Field("", max_length=30, description="The dealer's code")
    state: str = Field("", max_length=10, description="new, in_review, waiting, accepted, refused, closed")


class PartOut(Schema):
    """A part that the claim names; `number` is what it bears on the drawing."""

    number: int
    part: str = Field(description="Its id in the construction's scheme")
    kind: str = Field(description="frame, sash, pane, handle, hinge, sill, mullion, panel, other")
    label: str


class ClaimOut(Schema):
    id: int
    number: str
    dealer: str
    plant: str
    order_id: int | None = Field(description="null: about a line that belongs to no order")
    order_number: str
    entry_id: int | None = Field(description="The ledger entry that is disputed; null: no dispute")
    expected: Decimal | None = Field(description="What that entry should be, says the dealer; for readers of money")
    construction: str = Field(description="The plant's key of the construction; empty: the whole order")
    shipment: str = Field(description="The number of the shipment that carried it")
    batch: str = Field(description="Source and batch of the feed that had last told of the construction by then")
    parts: list[PartOut]
    drawing: str = Field(description="Where the marked drawing is, as SVG; empty where there is none")
    cause: str
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
    found = Claim.objects.visible_to(user).select_related("dealer", "plant", "order", "cause")
    if wanted.dealer:
        found = found.filter(dealer__code=wanted.dealer)
    if wanted.state:
        if wanted.state not in Claim.State.values:
            raise ValidationError({"state": "There is no such state."})
        found = found.filter(state=wanted.state)
    rows, next_key = page_of(found, wanted, newest="made_at", changed="changed_at", since=wanted.changed_after)
    money = deals_with_money(user)
    prefetch_related_objects(rows, *_OF_ITS_SUBJECT)
    given = {each.claim_id: each for each in Compensation.objects.visible_to(user).filter(claim__in=rows)}
    return ClaimPage(items=[_out(each, given.get(each.pk), sees_money=money) for each in rows], next=next_key)


@router.get("/{claim_id}/drawing", summary="The drawing with a claim's parts marked, as SVG")
@needs_scope("claims:read")
def claim_drawing(request: HttpRequest, claim_id: int) -> HttpResponse:
    """A picture of its own, without styles or scripts. 404 where the claim names no part of a drawing."""
    found = Claim.objects.visible_to(asking(request)).select_related("subject").filter(pk=claim_id).first()
    subject = subject_of(found, list(found.marks.all())) if found else None
    if subject is None or subject.scheme is None or not subject.marks:
        raise Http404
    marked = {mark.part for mark in subject.marks}
    label = "; ".join(f"{mark.number}. {mark.name}" for mark in subject.marks)
    picture = draw_marked(subject.scheme, marked, label=label, on_paper=True)
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'"}
    return HttpResponse(picture, content_type="image/svg+xml", headers=headers)


def _out(claim: Claim, given: Compensation | None, *, sees_money: bool) -> ClaimOut:
    same = (
        *("id", "number", "order_id", "entry_id", "kind", "text", "state", "made_at", "due_at"),
        *("decision", "decided_at"),
    )
    subject = subject_of(claim, list(claim.marks.all()))
    is_drawn = subject.scheme is not None and bool(subject.marks)
    return ClaimOut(
        construction=claim.construction.plant_key if claim.construction else "",
        shipment=claim.shipment.number if claim.shipment else "",
        batch=f"{subject.source} {subject.batch_id or ''}".strip(),
        parts=[PartOut(number=each.number, part=each.part, kind=each.kind, label=each.name) for each in subject.marks],
        drawing=f"/api/v1/claims/{claim.pk}/drawing" if is_drawn else "",
        cause=str(claim.cause or ""),
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
