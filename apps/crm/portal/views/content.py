"""News and guide, as dealers read them."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from apps.accounts.preferences import preferences_of
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.crm.content_listing import portal_news_listing
from apps.crm.models import GuidePage, NewsItem
from apps.crm.portal.doors import portal_required

_FRESH = timedelta(days=14)


@portal_required
@require_GET
def news(request: Request) -> HttpResponse:
    found = NewsItem.objects.visible_to(request.user).running(clock.now()).filter(language__in=_languages())
    page = portal_news_listing(request.user).page(request, found, page_size=preferences_of(request.user).page_size)
    important = found.filter(is_important=True).order_by("-starts_at", "-pk")[:3]
    return page.render(request, "portal/news.html", {"important": important})


@portal_required
@require_GET
def news_item(request: Request, item_id: int) -> HttpResponse:
    found = get_object_or_404(NewsItem.objects.visible_to(request.user).running(clock.now()), pk=item_id)
    return render_page(request, "portal/news_item.html", {"item": found})


@portal_required
@require_GET
def guide(request: Request) -> HttpResponse:
    now = clock.now()
    pages = GuidePage.objects.visible_to(request.user).running(now).filter(language__in=_languages())
    context = {"pages": pages.order_by("chapter", "position", "title", "pk")[:500], "fresh_since": now - _FRESH}
    return render_page(request, "portal/guide.html", context)


@portal_required
@require_GET
def guide_page(request: Request, slug: str) -> HttpResponse:
    found = get_object_or_404(GuidePage.objects.visible_to(request.user).running(clock.now()), slug=slug)
    return render_page(request, "portal/guide_page.html", {"item": found})


def _languages() -> list[str]:
    return ["", get_language() or ""]
