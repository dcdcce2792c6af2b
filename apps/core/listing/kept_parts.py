"""What stands around a list's rows, drawn once for all pages of a process on which it is the same."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from apps.core.markup import without_indents

if TYPE_CHECKING:
    from apps.core.listing.page import ListPage

_MOST = 500  # of 4 KB each
_kept: dict[Hashable, SafeString] = {}


def draw_bar(page: ListPage) -> SafeString:
    """What narrows and orders the list. Chips name records, which only their reader may see: with them none is kept."""
    template = "components/list/_bar.html"
    if page.state.narrows:
        return _draw(template, page)
    listing = page.listing
    its = (
        *(listing.key, listing.default_sort, bool(listing.filters), page.has_search),
        tuple((column.key, str(column.title), bool(column.sort)) for column in page.columns),
        tuple((view.pk, view.name, view.is_shared) for view in page.views),
        *(page.new_url, page.new_number),
        tuple((str(title), url) for title, url in listing.exports),
        tuple((str(title), url, icon) for title, url, icon in listing.offers),
    )
    return _once(template, page, its)


def draw_footer(page: ListPage) -> SafeString:
    """Which of the records these are, and the way to the others."""
    return _once("components/list/_footer.html", page, (page.size, page.total, len(page.records)))


def _once(template: str, page: ListPage, its: Hashable) -> SafeString:
    if settings.DEBUG:  # as with the templates themselves
        return _draw(template, page)
    key = (template, get_language(), page.path, page.state.query(), page.state.page, page.state.view, its)
    found = _kept.get(key)
    if found is None:
        found = _draw(template, page)
        while len(_kept) >= _MOST:
            _kept.pop(next(iter(_kept)), None)  # the oldest
        _kept[key] = found
    return found


def _draw(template: str, page: ListPage) -> SafeString:
    return without_indents(render_to_string(template, {"list": page}))
