"""The way to the door of phones, from where they look first (RFC 6764)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods


@csrf_exempt
@require_http_methods(["GET", "HEAD", "OPTIONS", "PROPFIND"])
def well_known(request: HttpRequest) -> HttpResponse:
    """Phones ask by PROPFIND, which changes nothing here (ADR 0028)."""
    return HttpResponsePermanentRedirect("/dav/")
