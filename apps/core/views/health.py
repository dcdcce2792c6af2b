"""Asked by proxies, by the demo and by whoever watches the house."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.core import clock
from apps.core.services import health


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 where people can work, else 503 with the reasons."""
    found = health.look(now=clock.now())
    body = {"ready": not found.failures, "failures": found.failures, **found.figures}
    return JsonResponse(body, status=503 if found.failures else 200)
