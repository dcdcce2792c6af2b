"""Pages of the frame itself: home, search, the gallery of components, what makes Rapport installable."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from apps.core import contributions, gallery
from apps.core.context import THEMES
from apps.core.home.slots import slots_of
from apps.core.htmx import Request, render_page
from apps.core.middleware import current_origin
from apps.core.sheets import way_back

HITS = 8
FEW_HITS = 5  # fewer than these and a second answer forgives typos
PREFIX_FROM = 2
GUESS_FROM = 4
_YEAR = 365 * 24 * 3600


@login_required
@require_GET
def home(request: Request) -> HttpResponse:
    """Whoever works elsewhere goes to their own start, or is greeted."""
    if elsewhere := contributions.home_of(request.user):
        return HttpResponseRedirect(elsewhere)
    slots = slots_of(request.user) if contributions.works_in_house(request.user) else []
    return render(request, "core/home.html", {"slots": slots})


@login_required
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Two answers: beginnings of words at once; then, where few came, what sounds like it (`guess=1`).

    Without words each provider offers what the reader looked at last.
    """
    if not contributions.works_in_house(request.user):
        raise PermissionDenied
    text = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    guessing = "guess" in request.GET
    groups: list[dict[str, Any]] = []
    for key, provider in contributions.search.items():
        if guessing:
            hits = provider.guess(request.user, text, HITS) if provider.guess and len(text) >= GUESS_FROM else []
        else:
            hits = provider.find(request.user, text, HITS) if not text or len(text) >= PREFIX_FROM else []
        if hits:
            groups.append({"key": key, "title": provider.title, "hits": hits})
    count = sum(len(group["hits"]) for group in groups)
    context = {
        "q": text,
        "groups": groups,
        "count": count,
        "recent": not text,
        "too_short": 0 < len(text) < PREFIX_FROM,
        "asks_again": not guessing and count < FEW_HITS and len(text) >= GUESS_FROM,
        "guessing": guessing,
    }
    return render_page(
        request, "core/search.html", context, fragment="search-guesses" if guessing else "search-results"
    )


@login_required
@require_GET
def shortcuts(request: HttpRequest) -> HttpResponse:
    return render_page(request, "core/shortcuts.html", {}, fragment="sheet")


@login_required
@require_GET
def components(request: HttpRequest) -> HttpResponse:
    """Each component in each state, for administrators."""
    if not getattr(request.user, "is_staff", False):
        raise Http404
    return gallery.show(request)


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep light, dark or the system's choice on this device; the switch asks this only without JavaScript."""
    response = HttpResponseRedirect(way_back(request))
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie("theme", chosen, max_age=_YEAR, samesite="Lax", secure=settings.HTTPS)
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response


@require_GET
@cache_control(max_age=3600)
def manifest(request: HttpRequest) -> JsonResponse:
    """The web app manifest: Rapport can be installed on phone and desktop."""
    icons = [
        {"src": static(f"img/app-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size in (192, 512)
        for purpose in ("any", "maskable")
    ]
    values = {
        "name": settings.RAPPORT_NAME,
        "short_name": settings.RAPPORT_NAME,
        "start_url": reverse("home"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#f7f8fa",
        "theme_color": "#1f5fbf",
        "icons": icons,
        "shortcuts": [{"name": _("Search"), "url": reverse("search")}],
    }
    return JsonResponse(values, content_type="application/manifest+json")


@require_GET
@cache_control(max_age=3600)
def brand(request: HttpRequest) -> HttpResponse:
    """The plant's colours and its picture behind the sign-in, as custom properties over our own."""
    values = {
        "--brand-main": _colour(settings.RAPPORT_BRAND_MAIN),
        "--brand-accent": _colour(settings.RAPPORT_BRAND_ACCENT),
        "--brand-picture": f'url("{static(settings.RAPPORT_BRAND_PICTURE)}")',
    }
    rules = "".join(f"{name}:{value};" for name, value in values.items() if value)
    return HttpResponse(f"@layer tokens{{:root{{{rules}}}}}", content_type="text/css")


def _colour(value: str) -> str:
    return value if re.fullmatch(r"#[0-9a-fA-F]{6}", value) else ""


@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """Served from the root, so that it may answer for every page."""
    response = render(request, "core/sw.js", content_type="text/javascript")
    response["Service-Worker-Allowed"] = "/"
    response["Cache-Control"] = "no-cache"
    return response


@require_GET
@cache_control(max_age=24 * 3600)
def favicon(request: HttpRequest) -> HttpResponseRedirect:
    """For pages that don't name their icon: Django's administration, raw files."""
    return HttpResponseRedirect(static("img/app-192.png"))


@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """What the service worker shows while there is no network; the same for everybody."""
    return render(request, "core/offline.html")


def server_error(request: HttpRequest) -> HttpResponse:
    """The 500 page: it asks nothing of the database and bears the reference number that the logs know."""
    return render(request, "500.html", {"reference": current_origin().request_id}, status=500)
