"""A record of an order as its source sent it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from apps.accounts.decorators import door
from apps.core.htmx import Request, render_page
from apps.crm.models import OrderEvent
from apps.sync.permissions import reads_raw_records
from apps.sync.services.raw_records import raw_record_of

raw_records_required = door(reads_raw_records)


@raw_records_required
@never_cache
@require_GET
def order_record(request: Request, order_event_id: int) -> HttpResponse:
    rows = OrderEvent.objects.visible_to(request.user).select_related("order")
    event = get_object_or_404(rows, pk=order_event_id)
    return render_page(
        request, "sync/order_record.html", {"event": event, "raw": raw_record_of(event)}, fragment="sheet"
    )
