"""`/ledger`: the lines of one dealer's accounts and how these stand."""

from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from apps.accounts.api_auth import needs_scope
from apps.core import clock
from apps.core.api import PROBLEMS
from apps.crm.api.shared import AsOfOut, Paged, as_of_groups, asking, page_by_id
from apps.crm.doors import deals_with_money
from apps.crm.models import Dealer, LedgerEntry
from apps.crm.selectors.freshness import sources_of
from apps.crm.selectors.settlements import accounts_of

router = Router(tags=["orders"])


class LedgerFilters(Paged):
    dealer: str = Field("", max_length=30, description="The dealer's code; there is no list of all")
    plant: str = Field("", max_length=30, description="The plant's key")
    currency: str = Field("", max_length=3)
    booked_from: date | None = None
    booked_to: date | None = None


class AccountOut(Schema):
    """`balance` is what the dealer owes; `announced` compensations stand beside it, not in it."""

    plant: str
    currency: str
    balance: Decimal
    credit_limit: Decimal | None
    announced: Decimal
    as_of: dict[str, AsOfOut] = Field(description="Of the group ledger")


class EntryOut(Schema):
    """`amount`: charges above zero, payments and compensations below. Entries never change."""

    id: int
    plant: str
    currency: str
    source: str
    key: str
    version: int
    kind: str
    amount: Decimal
    booked_on: date
    text: str
    client: str
    order_id: int | None
    order_number: str
    claim: str
    reverses_id: int | None
    received_at: datetime


class LedgerPage(Schema):
    accounts: list[AccountOut]
    items: list[EntryOut]
    next: str | None = Field(description="The `after` of the next page; null at the end")


@router.get("", response={200: LedgerPage, **PROBLEMS}, summary="Read a dealer's ledger")
@needs_scope("ledger:read")
def read_ledger(request: HttpRequest, wanted: Query[LedgerFilters]) -> LedgerPage:
    """Lines in the order in which they came to us; a program goes on after the last `id` that it has."""
    user = asking(request)
    if not wanted.dealer:
        raise ValidationError({"dealer": "Name the dealer whose ledger it is."})
    dealer = Dealer.objects.visible_to(user).filter(code=wanted.dealer).first()
    if dealer is None or not deals_with_money(user):
        raise Http404
    found = LedgerEntry.objects.visible_to(user).filter(dealer=dealer).select_related("plant", "order")
    if wanted.plant:
        found = found.filter(plant__key=wanted.plant)
    if wanted.currency:
        found = found.filter(currency=wanted.currency)
    if wanted.booked_from:
        found = found.filter(booked_on__gte=wanted.booked_from)
    if wanted.booked_to:
        found = found.filter(booked_on__lte=wanted.booked_to)
    rows, next_key = page_by_id(found, wanted)
    known = accounts_of(dealer.pk)
    sources = sources_of({each.plant.pk for each in known}, now=clock.now())
    accounts = [
        AccountOut(
            plant=each.plant.key,
            currency=each.currency,
            balance=each.balance,
            credit_limit=each.credit_limit,
            announced=each.announced,
            as_of=as_of_groups(sources, each.plant.pk, {"ledger": None}),
        )
        for each in known
    ]
    return LedgerPage(accounts=accounts, items=[_out(each) for each in rows], next=next_key)


def _out(entry: LedgerEntry) -> EntryOut:
    same = ("id", "currency", "source", "key", "version", "kind", "amount", "booked_on", "text", "client", "order_id")
    return EntryOut(
        **{name: getattr(entry, name) for name in same},
        plant=entry.plant.key,
        order_number=entry.order.number if entry.order else entry.order_key,
        claim=entry.claim_number,
        reverses_id=entry.reverses_id,
        received_at=entry.received_at,
    )
