"""The way to the door of phones, from where they look first (RFC 6764)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.views.decorators.csrf import csrf_exempt


@csrf_exempt
def well_known(request: HttpRequest) -> HttpResponse:
    """Phones ask by PROPFIND, which changes nothing here (ADR 0028)."""
    return HttpResponsePermanentRedirect("/dav/")
