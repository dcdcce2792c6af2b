"""The panel on an order's page that leads to what its sources sent, for those who may look into that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from apps.core.markup import fill, icon, record_url
from apps.sync.permissions import reads_raw_records
from apps.sync.services.raw_records import events_of

if TYPE_CHECKING:
    from apps.crm.models import Order, OrderEvent


def order_records(request: HttpRequest, order: Order) -> str:
    if not reads_raw_records(request.user):
        return ""
    return render_to_string("sync/_order_records.html", {"events": events_of(order)}, request)


def order_record_link(request: HttpRequest, event: OrderEvent) -> str:
    """On a line of an order's tape, for those who may look into what was sent."""
    if not reads_raw_records(request.user):
        return ""
    words = _("Raw record")
    return fill('<a href="{}" data-sheet>{}{}</a>', record_url("sync:order_record", event.pk), icon("file-code"), words)
