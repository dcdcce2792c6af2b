"""A mail's picture and its links. A GET notes that it came: that is all these addresses are for.

Tokens stand in no log of ours, nothing is kept, and nobody is told where a reader came from.
"""

from __future__ import annotations

import base64

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.core import clock
from apps.core.middleware import current_origin
from apps.core.ratelimit import allow
from apps.crm.services.campaigns.tracking import follow_link, note_open

_PICTURE = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_MOST, _SECONDS = 120, 60  # of one address; what comes faster is a machine's and isn't counted


@require_safe
def opening(request: HttpRequest, token: str) -> HttpResponse:
    if _counts(request):
        note_open(token, now=clock.now())
    return _quiet(HttpResponse(_PICTURE, content_type="image/gif"))


@require_safe
def following(request: HttpRequest, token: str) -> HttpResponse:
    url = follow_link(token, counts=_counts(request), now=clock.now())
    if not url:
        return _quiet(render(request, "crm/mail_link_over.html", status=404))
    return _quiet(HttpResponse(status=302, headers={"Location": url}))


def _counts(request: HttpRequest) -> bool:
    return request.method == "GET" and allow(f"mail-link:{current_origin().ip}", limit=_MOST, seconds=_SECONDS)


def _quiet(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    response._has_been_logged = True  # type: ignore[attr-defined]  # Django's own mark: it would log the path
    return response
