"""All that sources told of an order, for staff: the dealer's own view, and the way to the raw records beside it."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from apps.core.htmx import Request, render_page
from apps.core.tables import FORMATS
from apps.crm.doors import deals_with_money, orders_required
from apps.crm.models import Order
from apps.crm.tape_pages import tape_context, tape_file


@orders_required
@require_GET
def order_tape(request: Request, order_id: int) -> HttpResponse:
    order = get_object_or_404(Order.objects.visible_to(request.user).select_related("dealer"), pk=order_id)
    context = tape_context(request, order, sees_money=deals_with_money(request.user))
    return render_page(request, "crm/order_tape.html", context, fragment="tape")


@orders_required
@require_GET
def order_tape_download(request: Request, order_id: int, kind: str) -> HttpResponse:
    order = get_object_or_404(Order.objects.visible_to(request.user), pk=order_id)
    if kind not in FORMATS:
        raise Http404
    return tape_file(request, order, kind, sees_money=deals_with_money(request.user))
