"""Papers of orders, claims, accounts and shipments: made by a worker, opened as any document of the house is."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import localdate
from django.views.decorators.http import require_POST

from apps.accounts.decorators import door
from apps.core import clock
from apps.core.contributions import document_of
from apps.core.htmx import Request
from apps.crm.doors import orders_required, settlements_required
from apps.crm.forms.ledger import read_asked
from apps.crm.models import Claim, Dealer, Order, Shipment
from apps.crm.permissions.claims import works_with_claims
from apps.crm.selectors import settlements
from apps.crm.services.papers.shipments import KEY as NOTE
from apps.crm.services.papers.shipments import note_key
from apps.crm.services.papers.statements import statement_key
from apps.messaging.services.documents import begin_document

claims_required = door(works_with_claims)


@orders_required
@require_POST
def order_paper(request: Request, order_id: int, key: str) -> HttpResponse:
    order = get_object_or_404(Order.objects.visible_to(request.user), pk=order_id)
    return _begun(request, "order", key, order.pk)


@claims_required
@require_POST
def claim_paper(request: Request, claim_id: int, key: str) -> HttpResponse:
    claim = get_object_or_404(Claim.objects.visible_to(request.user), pk=claim_id)
    return _begun(request, "claim", key, claim.pk)


@settlements_required
@require_POST
def settlement_paper(request: Request, dealer_id: int) -> HttpResponse:
    """The statement of the account and time that the page shows with this address."""
    dealer = get_object_or_404(Dealer.objects.visible_to(request.user), pk=dealer_id)
    asked = read_asked(request.GET, settlements.accounts_of(dealer.pk), localdate(clock.now()))
    if asked.account is None:
        raise Http404
    return _begun(request, "account", statement_key(asked.account, asked.start, asked.end), dealer.pk)


@orders_required
@require_POST
def shipment_paper(request: Request, shipment_id: int) -> HttpResponse:
    """The note of all on board; `?dealer=` that of one dealer."""
    shipment = get_object_or_404(Shipment.objects.visible_to(request.user), pk=shipment_id)
    wanted = request.GET.get("dealer", "")
    is_one = wanted.isdecimal() and len(wanted) < 19
    return _begun(request, "shipment", note_key(int(wanted)) if is_one else NOTE, shipment.pk)


def _begun(request: Request, page: str, key: str, record_id: int) -> HttpResponse:
    document, _part = document_of(key)
    if document is None or document.page != page:
        raise Http404
    operation = begin_document(actor=request.user, key=key, record_id=record_id, language="", now=clock.now())
    return redirect("messaging:document", operation.pk)
