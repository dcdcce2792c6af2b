"""Orders of all dealers, for staff who deal with them."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from apps.accounts.preferences import preferences_of
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.crm.doors import deals_with_money, orders_required
from apps.crm.models import ConstructionPhoto, Order
from apps.crm.order_drawing import draw_order
from apps.crm.order_listing import staff_order_listing
from apps.crm.pictures import as_picture
from apps.crm.selectors.freshness import sources_of
from apps.crm.selectors.order_pages import order_for_page, order_page


@orders_required
@require_GET
def order_list(request: Request) -> HttpResponse:
    sources = sources_of(None, now=clock.now())
    listing = staff_order_listing(request.user, sources=sources)
    scope = Order.objects.visible_to(request.user)
    page = listing.page(request, scope, page_size=preferences_of(request.user).page_size)
    groups = "stage delivery money" if deals_with_money(request.user) else "stage delivery"
    return page.render(request, "crm/orders.html", {"sources": sources, "groups": groups})


@orders_required
@require_GET
def order(request: Request, order_id: int) -> HttpResponse:
    money = deals_with_money(request.user)
    found = order_for_page(request.user, order_id, sees_money=money)
    if found is None:
        raise Http404
    drawn = draw_order(found, user=request.user, sees_money=money)
    page = order_page(found, user=request.user, sees_money=money, sources=drawn.sources, now=clock.now())
    context = {
        "page": page,
        "drawn": drawn,
        "order": found,
        "has_constructions": found.constructions.exists(),
        "channel": f"dealer:{found.dealer_id}",
    }
    return render_page(request, "crm/order.html", context, fragment="order-live")


@orders_required
@require_GET
def order_photo(request: Request, order_id: int, photo_id: int) -> FileResponse:
    found = get_object_or_404(Order.objects.visible_to(request.user), pk=order_id)
    photos = ConstructionPhoto.objects.visible_to(request.user).select_related("file")
    return as_picture(get_object_or_404(photos, pk=photo_id, order=found).file)
