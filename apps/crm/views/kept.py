"""How well the kept pages of dealers do, for administrators."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from apps.accounts.decorators import settings_required
from apps.core.htmx import Request, render_page
from apps.crm.kept_pages import SECONDS, hit_rate


@settings_required
@require_GET
def kept_pages(request: Request) -> HttpResponse:
    hits, misses = hit_rate()
    asked = hits + misses
    context = {"hits": hits, "misses": misses, "rate": 100 * hits / asked if asked else None, "seconds": SECONDS}
    return render_page(request, "crm/kept_pages.html", context)
