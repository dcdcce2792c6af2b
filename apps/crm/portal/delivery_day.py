"""What a delivery's page in the portal shows of its day, beside the voyage itself."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from apps.core import clock
from apps.core.htmx import Request
from apps.crm.models import DeliveryLink, DeliveryLinkVisit
from apps.crm.permissions.claims import may_speak_for
from apps.crm.selectors.delivery_days import delivery_days
from apps.crm.selectors.shipment_pages import ShipmentPage

MOST = 20  # links, and uses of them, that are shown


def unloading_context(request: Request, page: ShipmentPage) -> dict[str, Any]:
    now, shipment = clock.now(), page.shipment
    days = delivery_days(shipment, user=request.user, now=now, page=page)
    if not days:
        return {}
    day = days[0]
    links = list(DeliveryLink.objects.visible_to(request.user).filter(shipment=shipment).order_by("-made_at")[:MOST])
    seen = DeliveryLinkVisit.objects.visible_to(request.user).filter(link__in=links).select_related("link")
    return {
        "day": day,
        "may_act": may_speak_for(request.user, day.stop.dealer_id),
        "acts_url": reverse("portal:unloading_acts", args=[shipment.pk]),
        "page_url": reverse("portal:shipment", args=[shipment.pk]),
        "orders_on_board": " ".join(str(line.order.pk) for line in day.lines),
        "channel": f"dealer:{day.stop.dealer_id}",
        "links": links,
        "visits": list(seen.order_by("-at")[:MOST]) if links else [],
        "delivery_on": day.day,
        "now": now,
    }
