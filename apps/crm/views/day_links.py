"""The page behind a link for the fitter: one delivery of one dealer, to look at, tick and sign."""

from __future__ import annotations

from typing import cast

from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from apps.core import clock
from apps.core.htmx import render_page
from apps.crm.link_door import LinkRequest, over
from apps.crm.models import Shipment, UnloadingAct
from apps.crm.pictures import as_picture
from apps.crm.selectors.delivery_days import DeliveryDay, day_of, delivery_days
from apps.crm.selectors.freshness import freshness
from apps.crm.services.unloading import Hand
from apps.crm.unloading_posts import answer_acts


@require_GET
def delivery(request: HttpRequest, token: str) -> HttpResponse:
    found = _day(cast(LinkRequest, request))
    if found is None:
        return over(request)
    link = cast(LinkRequest, request).day_link
    context = {
        "day": found,
        "link": link,
        "fresh": freshness(None, as_of=found.shipment.as_of, now=clock.now()),
        "is_moved": day_of(found.shipment, found.stop) != link.made_for_on,
        "may_act": True,
        "acts_url": reverse("day_link:acts", args=[token]),
        "page_url": request.path,
        "token": token,
    }
    return render_page(request, "portal/day_link.html", context, fragment="delivery-day")


@require_POST
def acts(request: HttpRequest, token: str) -> HttpResponse:
    found = _day(cast(LinkRequest, request))
    if found is None:
        return over(request)
    return answer_acts(request, hand=Hand(link=cast(LinkRequest, request).day_link), delivery=found)


@require_GET
def picture(request: HttpRequest, token: str, key: str, size: str = "large") -> HttpResponse | FileResponse:
    link = cast(LinkRequest, request).day_link
    seen = UnloadingAct.objects.visible_to(cast(LinkRequest, request).user).select_related("file", "thumbnail")
    act = seen.filter(key=key, shipment=link.shipment_id).first()
    if act is None or act.file is None:
        return over(request)
    return as_picture(act.thumbnail if size == "small" and act.thumbnail else act.file)


def _day(request: LinkRequest) -> DeliveryDay | None:
    seen = Shipment.objects.visible_to(request.user).select_related("plant")
    shipment = seen.filter(pk=request.day_link.shipment_id).first()
    days = delivery_days(shipment, user=request.user, now=clock.now()) if shipment else []
    return days[0] if days else None
