"""The lists of news and guide pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.templatetags.formats import day, moment
from apps.core import clock
from apps.core.listing import Column, Empty, Listing, YesNoFilter
from apps.core.markup import fill, icon, record_url
from apps.crm.list_news import news_filters

if TYPE_CHECKING:
    from apps.accounts.models import User

NEWS_KEY, PAGES_KEY, PORTAL_NEWS_KEY = "crm.news", "crm.guide", "portal.news"


def news_listing() -> Listing:
    return _staff(NEWS_KEY, "crm:news_item", "crm:news", "crm:news_create")


def pages_listing() -> Listing:
    return _staff(PAGES_KEY, "crm:guide_page", "crm:guide", "crm:guide_create")


def portal_news_listing(user: User) -> Listing:
    return Listing(
        key=PORTAL_NEWS_KEY,
        columns=[
            Column("title", gettext_lazy("News"), _headline, sort=("title",), fixed=True),
            Column("day", gettext_lazy("Day"), lambda item: day(item.starts_at), sort=("starts_at",)),
        ],
        default_sort="-day",
        filters=news_filters(user, PORTAL_NEWS_KEY, "starts_at"),
        search=lambda queryset, text: queryset.filter(title__icontains=text),
        search_label=gettext_lazy("Search news"),
        row_url=lambda item: record_url("portal:news_item", item.pk),
        empty=Empty(gettext_lazy("No news"), gettext_lazy("What the plant tells its dealers stands here."), "news"),
        path=reverse("portal:news"),
    )


def _staff(key: str, record: str, path: str, create: str) -> Listing:
    return Listing(
        key=key,
        columns=[
            Column("title", gettext_lazy("Title"), lambda item: item.title, sort=("title",), fixed=True),
            Column("state", gettext_lazy("State"), state_badge),
            Column("starts", gettext_lazy("From"), lambda item: moment(item.starts_at), sort=("starts_at",)),
            Column("ends", gettext_lazy("Until"), lambda item: moment(item.ends_at), sort=("ends_at",)),
            Column("changed", gettext_lazy("Changed"), lambda item: moment(item.changed_at), sort=("changed_at",)),
        ],
        default_sort="-changed",
        filters=[YesNoFilter(key="published", title=gettext_lazy("Published"), field="is_published")],
        search=lambda queryset, text: queryset.filter(title__icontains=text),
        search_label=gettext_lazy("Search"),
        row_url=lambda item: record_url(record, item.pk),
        empty=Empty(
            gettext_lazy("Nothing yet"),
            gettext_lazy("What dealers are told is written here."),
            "news",
            gettext_lazy("Write"),
            reverse(create),
        ),
        path=reverse(path),
    )


def state_badge(item: Any) -> SafeString:
    now = clock.now()
    if not item.is_published:
        colour, words = "grey", _("Draft")
    elif item.starts_at is not None and item.starts_at > now:
        colour, words = "blue", _("Scheduled")
    elif item.ends_at is not None and item.ends_at <= now:
        colour, words = "purple", _("Over")
    else:
        colour, words = "green", _("Published")
    return fill('<span class="status status--{} status--wide">{}</span>', colour, words)


def _headline(item: Any) -> object:
    return fill("{} {}", icon("pin", label=_("Important")), item.title) if item.is_important else item.title
