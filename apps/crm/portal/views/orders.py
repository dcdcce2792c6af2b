"""The dealer's orders: the list, its files, one order, its photos."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from apps.accounts.preferences import preferences_of
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.core.tables import FORMATS, as_table
from apps.crm.models import ConstructionPhoto, Order
from apps.crm.models.reach import portal_reader
from apps.crm.order_drawing import drawn_order
from apps.crm.order_listing import MOST_ROWS, file_rows, file_titles, portal_order_listing
from apps.crm.permissions.claims import may_speak_for
from apps.crm.pictures import as_picture
from apps.crm.portal.doors import portal_required, sees_money
from apps.crm.portal.late import sources_for
from apps.crm.selectors.delivery_days import near_days
from apps.crm.selectors.order_pages import order_for_page, order_page


@portal_required
@require_GET
def order_list(request: Request) -> HttpResponse:
    sources = sources_for(request)
    listing = portal_order_listing(request.user, sources=sources)
    scope = Order.objects.visible_to(request.user)
    page = listing.page(request, scope, page_size=preferences_of(request.user).page_size)
    groups = "stage delivery money" if sees_money(request.user) else "stage delivery"
    return page.render(request, "portal/orders.html", {**_channel(request), "sources": sources, "groups": groups})


@portal_required
@require_GET
def order_download(request: Request, kind: str) -> HttpResponse:
    """All orders that the list shows with this address, up to MOST_ROWS, the newest first unless sorted otherwise."""
    if kind not in FORMATS:
        raise Http404
    listing = portal_order_listing(request.user)
    state = listing.state_of(request.META["QUERY_STRING"])
    found = listing.narrow(Order.objects.visible_to(request.user), state).order_by(*listing.order(state))
    money = sees_money(request.user)
    rows = file_rows(listing.fetch(found)[:MOST_ROWS], sees_money=money)  # type: ignore[index]  # a queryset
    return as_table(kind, f"orders-{clock.now():%Y-%m-%d}", file_titles(sees_money=money), rows)


@portal_required
@require_GET
def order(request: Request, order_id: int) -> HttpResponse:
    money = sees_money(request.user)
    found = order_for_page(request.user, order_id, sees_money=money)
    if found is None:
        raise Http404
    may_claim = may_speak_for(request.user, found.dealer_id)
    drawn = drawn_order(found, user=request.user, sees_money=money, may_claim=may_claim)
    page = order_page(found, user=request.user, sees_money=money, sources=drawn.sources, now=clock.now())
    days = near_days(user=request.user, now=clock.now(), shipments=page.shipments)
    context = {"page": page, "drawn": drawn, "order": found, "days": days, **_channel(request)}
    return render_page(request, "portal/order.html", context, fragment="order-live")


@portal_required
@require_GET
def order_photo(request: Request, order_id: int, photo_id: int) -> FileResponse:
    found = get_object_or_404(Order.objects.visible_to(request.user), pk=order_id)
    photos = ConstructionPhoto.objects.visible_to(request.user).select_related("file")
    return as_picture(get_object_or_404(photos, pk=photo_id, order=found).file)


def _channel(request: Request) -> dict[str, str]:
    """Where the page hears of changes."""
    reader = portal_reader(request.user)
    return {"channel": f"dealer:{reader.dealer_id}" if reader else ""}
