"""How fresh the sources are at this moment, for lights on open pages whose time has run out."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from apps.core import clock
from apps.core.htmx import Request
from apps.crm.doors import figures_required
from apps.crm.drawing.freshness import as_json
from apps.crm.models.reach import portal_reader
from apps.crm.selectors.freshness import sources_of


@figures_required
@never_cache
@require_GET
def as_of(request: Request) -> HttpResponse:
    """By code: of all sources for staff, for a dealer's people of those of their plants."""
    reader = portal_reader(request.user)
    sources = sources_of(reader.plant_ids if reader else None, now=clock.now())
    return JsonResponse({each.source: as_json(each) for each in sources.all_of(sources.feeds)})
