"""The house's own receivers of events: accounting hears of decisions. For administrators."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import settings_required
from apps.core.htmx import Request, render_page
from apps.core.models import WebhookEndpoint
from apps.crm.services.contact_events import HOUSE_TYPES
from apps.crm.services.dealer_feed.audiences import HOUSE
from apps.crm.views import receiver_pages as pages

_PLACE = pages.Place(HOUSE, HOUSE_TYPES, asks_money=False, home="crm:receivers", page="crm:receiver")


@settings_required
@require_GET
def receivers(request: Request) -> HttpResponse:
    return render_page(request, "crm/receivers.html", {"receivers": pages.receivers_of(_PLACE)})


@settings_required
@never_cache
@require_http_methods(["GET", "POST"])
def receiver_new(request: Request) -> HttpResponse:
    return pages.new(request, _PLACE)


@settings_required
@require_GET
def receiver(request: Request, endpoint_id: int) -> HttpResponse:
    return pages.show(request, _PLACE, _endpoint(endpoint_id))


@settings_required
@require_http_methods(["GET", "POST"])
def receiver_edit(request: Request, endpoint_id: int) -> HttpResponse:
    return pages.edit(request, _PLACE, _endpoint(endpoint_id))


@settings_required
@never_cache
@require_POST
def receiver_act(request: Request, endpoint_id: int) -> HttpResponse:
    return pages.act(request, _PLACE, _endpoint(endpoint_id))


@settings_required
@require_POST
def receiver_replay(request: Request, endpoint_id: int) -> HttpResponse:
    return pages.replay(request, _PLACE, _endpoint(endpoint_id))


@settings_required
@require_POST
def receiver_again(request: Request, endpoint_id: int, delivery_id: int) -> HttpResponse:
    return pages.again(request, _PLACE, _endpoint(endpoint_id), delivery_id)


def _endpoint(endpoint_id: int) -> WebhookEndpoint:
    return get_object_or_404(WebhookEndpoint.objects.of(HOUSE), pk=endpoint_id)
