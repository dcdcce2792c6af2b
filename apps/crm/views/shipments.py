"""Shipments of all plants, for staff."""

from __future__ import annotations

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.timezone import localdate
from django.views.decorators.http import require_GET

from apps.accounts.preferences import preferences_of
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.crm.doors import orders_required
from apps.crm.models import Shipment, ShipmentStop, UnloadingAct
from apps.crm.pictures import as_picture
from apps.crm.selectors.delivery_days import delivery_days
from apps.crm.selectors.freshness import sources_of
from apps.crm.selectors.shipment_pages import shipment_page
from apps.crm.shipment_listing import shipment_listing


@orders_required
@require_GET
def shipment_list(request: Request) -> HttpResponse:
    scope = Shipment.objects.visible_to(request.user)
    sources = sources_of(None, now=clock.now())
    listing = shipment_listing(in_portal=False, sources=sources)
    page = listing.page(request, scope, page_size=preferences_of(request.user).page_size)
    return page.render(request, "crm/shipments.html", {"today": localdate(clock.now()), "sources": sources})


@orders_required
@require_GET
def shipment(request: Request, shipment_id: int) -> HttpResponse:
    seen = Shipment.objects.visible_to(request.user).select_related("plant")
    found = get_object_or_404(seen, pk=shipment_id)
    page = shipment_page(found, user=request.user)
    days = delivery_days(found, user=request.user, now=clock.now(), page=page)
    context = {
        "page": page,
        "shipment": found,
        "in_portal": False,
        "days": {day.stop.pk: day for day in days},
        "page_url": request.path,
        "sources": sources_of([found.plant_id], now=clock.now()),
    }
    return render_page(request, "crm/shipment.html", context)


@orders_required
@require_GET
def shipment_proof(request: Request, shipment_id: int, stop_id: int) -> FileResponse:
    """What was photographed or signed when the goods were handed over."""
    stops = ShipmentStop.objects.visible_to(request.user).select_related("proof")
    return as_picture(get_object_or_404(stops, pk=stop_id, shipment=shipment_id).proof)


@orders_required
@require_GET
def unloading_picture(request: Request, shipment_id: int, key: str, size: str = "large") -> FileResponse:
    """A photo or a signature that the dealer's people sent from the unloading."""
    acts = UnloadingAct.objects.visible_to(request.user).select_related("file", "thumbnail")
    found = get_object_or_404(acts, key=key, shipment=shipment_id)
    return as_picture(found.thumbnail if size == "small" and found.thumbnail else found.file)
