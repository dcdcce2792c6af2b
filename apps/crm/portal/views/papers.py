"""Papers that a dealer's people take with them: the same documents, made by a worker as they see the record."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from apps.core import clock
from apps.core.contributions import document_of
from apps.core.database_roles import as_house
from apps.core.htmx import Request, render_page
from apps.core.models import Operation
from apps.core.selectors import describe
from apps.core.services import files
from apps.crm.forms.ledger import read_asked
from apps.crm.models import Claim, Order, Shipment
from apps.crm.models.reach import PortalReader, portal_reader
from apps.crm.portal.doors import money_required, portal_required
from apps.crm.selectors import settlements
from apps.crm.services.papers.shipments import KEY as NOTE
from apps.crm.services.papers.statements import statement_key
from apps.messaging.services.documents import VERB, begin_document, document_file

_MOST_KEY = 2**63
_WITH_MONEY = ("invoice",)


@portal_required
@require_POST
def order_paper(request: Request, order_id: int, key: str) -> HttpResponse:
    order = get_object_or_404(Order.objects.visible_to(request.user), pk=order_id)
    if key in _WITH_MONEY and not _reader(request).sees_money:
        raise Http404
    return _begun(request, "order", key, order.pk)


@portal_required
@require_POST
def claim_paper(request: Request, claim_id: int, key: str) -> HttpResponse:
    claim = get_object_or_404(Claim.objects.visible_to(request.user), pk=claim_id)
    return _begun(request, "claim", key, claim.pk)


@portal_required
@require_POST
def shipment_paper(request: Request, shipment_id: int) -> HttpResponse:
    shipment = get_object_or_404(Shipment.objects.visible_to(request.user), pk=shipment_id)
    return _begun(request, "shipment", NOTE, shipment.pk)


@money_required
@require_POST
def statement_paper(request: Request) -> HttpResponse:
    """The statement of the account and time that the page shows with this address."""
    dealer_id = _reader(request).dealer_id
    asked = read_asked(request.GET, settlements.accounts_of(dealer_id), localdate(clock.now()))
    if asked.account is None:
        raise Http404
    return _begun(request, "account", statement_key(asked.account, asked.start, asked.end), dealer_id)


@portal_required
@never_cache
@require_GET
def paper(request: Request, operation_id: int) -> HttpResponse:
    """How it stands; once it is there, the paper itself."""
    with as_house():
        operation = _own(request, operation_id)
        is_there = document_file(operation) is not None
        row = describe(operation, now=clock.now())
    if is_there:
        return redirect("portal:paper_file", operation.pk)
    made, _part = document_of(operation.parameters.get("document", ""))
    context = {"operation": row, "title": made.title if made else ""}
    return render_page(request, "messaging/document.html", context, fragment="document")


@portal_required
@never_cache
@require_GET
def paper_file(request: Request, operation_id: int) -> FileResponse:
    with as_house():
        found = document_file(_own(request, operation_id))
    if found is None:
        raise Http404
    stored, name = found
    try:
        content = files.open_file(stored)
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(content, filename=name, content_type="application/pdf")
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _begun(request: Request, page: str, key: str, record_id: int) -> HttpResponse:
    """The record was read behind the wall; who may have what on it is asked again when the worker reads it."""
    document, _part = document_of(key)
    if document is None or document.page != page or not document.is_for_dealers:
        raise Http404
    reader = _reader(request)
    facts = {"dealer": reader.dealer_id, "money": reader.sees_money}
    with as_house():
        operation = begin_document(
            actor=request.user, key=key, record_id=record_id, language="", now=clock.now(), facts=facts
        )
    return redirect("portal:paper", operation.pk)


def _own(request: Request, operation_id: int) -> Operation:
    """What one asked for, as long as one still belongs to that dealer and may see what is on it."""
    reader = _reader(request)
    asked = Operation.objects.of(request.user).filter(verb=VERB)
    found = asked.filter(pk=operation_id).first() if operation_id < _MOST_KEY else None
    facts = found.parameters.get("facts", {}) if found else {}
    if found is None or facts.get("dealer") != reader.dealer_id or (facts.get("money") and not reader.sees_money):
        raise Http404
    return found


def _reader(request: Request) -> PortalReader:
    reader = portal_reader(request.user)
    if reader is None:
        raise Http404
    return reader
