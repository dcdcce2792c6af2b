"""What news and guide add to the frame. See contributions.py."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.core.contributions import MenuItem, Undoer, menu, undoers, verbs
from apps.core.listing import Listing, ListingEntry, listings
from apps.crm.content_listing import (
    NEWS_KEY,
    PAGES_KEY,
    PORTAL_NEWS_KEY,
    news_listing,
    pages_listing,
    portal_news_listing,
)
from apps.crm.models import GuidePage, NewsItem
from apps.crm.permissions.content import keeps_content
from apps.crm.portal.doors import is_dealer

VERBS = {
    "news.made": _("News written"),
    "news.changed": _("News changed"),
    "guide_page.made": _("Page of the guide written"),
    "guide_page.changed": _("Page of the guide changed"),
}


def register() -> None:
    """Called once, when the app is ready."""
    for verb, title in VERBS.items():
        verbs.register(verb, title)
    for model in (NewsItem, GuidePage):
        undoer = Undoer(
            model,
            subject_field="pk",
            version_field="version",
            ignore=frozenset({"version", "changed_at", "told_at"}),
            editable=lambda actor, ids: set(ids) if keeps_content(actor) else set(),
        )
        undoers.register(model._meta.label_lower, undoer)
    listings.register(NEWS_KEY, ListingEntry(lambda request: _staff(request, news_listing())))
    listings.register(PAGES_KEY, ListingEntry(lambda request: _staff(request, pages_listing())))
    listings.register(PORTAL_NEWS_KEY, ListingEntry(_portal))
    written = MenuItem("main", _("News and guide"), "crm:news", "news", keeps_content, section="/crm/news/")
    menu.register("crm.news", written, position=66)
    news = MenuItem("main", _("News"), "portal:news", "news", is_dealer, section="/portal/news/")
    menu.register("portal.news", news, position=67)
    guide = MenuItem("main", _("Guide"), "portal:guide", "book", is_dealer, section="/portal/guide/")
    menu.register("portal.guide", guide, position=68)


def _staff(request: HttpRequest, listing: Listing) -> Listing | None:
    return listing if keeps_content(request.user) else None


def _portal(request: HttpRequest) -> Listing | None:
    user = request.user
    return portal_news_listing(user) if user.is_authenticated and is_dealer(user) else None
