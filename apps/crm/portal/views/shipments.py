"""The dealer's deliveries."""

from __future__ import annotations

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from apps.accounts.preferences import preferences_of
from apps.core.htmx import Request, render_page
from apps.crm.models import Shipment, ShipmentStop
from apps.crm.pictures import as_picture
from apps.crm.portal.delivery_day import unloading_context
from apps.crm.portal.doors import portal_required
from apps.crm.portal.late import sources_for
from apps.crm.selectors.shipment_pages import shipment_page
from apps.crm.shipment_listing import shipment_listing


@portal_required
@require_GET
def shipment_list(request: Request) -> HttpResponse:
    scope = Shipment.objects.visible_to(request.user)
    sources = sources_for(request)
    listing = shipment_listing(in_portal=True, user=request.user, sources=sources)
    page = listing.page(request, scope, page_size=preferences_of(request.user).page_size)
    return page.render(request, "portal/shipments.html", {"sources": sources})


@portal_required
@require_GET
def shipment(request: Request, shipment_id: int) -> HttpResponse:
    seen = Shipment.objects.visible_to(request.user).select_related("plant")
    found = get_object_or_404(seen, pk=shipment_id)
    page = shipment_page(found, user=request.user)
    context = {"page": page, "shipment": found, "in_portal": True, **unloading_context(request, page)}
    context["sources"] = sources_for(request)
    return render_page(request, "portal/shipment.html", context, fragment="delivery-day")


@portal_required
@require_GET
def shipment_proof(request: Request, shipment_id: int, stop_id: int) -> FileResponse:
    """What was photographed or signed when the goods were handed over."""
    stops = ShipmentStop.objects.visible_to(request.user).select_related("proof")
    return as_picture(get_object_or_404(stops, pk=stop_id, shipment=shipment_id).proof)
