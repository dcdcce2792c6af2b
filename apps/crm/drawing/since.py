"""What changed since the last visit, in words: "3 orders moved on", and where that is read."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.crm.selectors.since import MOST, Change

ICONS = {
    "orders": "package",
    "deliveries": "truck-delivery",
    "finances": "coins",
    "claims": "alert-triangle",
    "messages": "message",
    "news": "news",
}
_ROUTES = {
    "orders": "portal:order_list",
    "deliveries": "portal:shipment_list",
    "claims": "portal:claims",
    "news": "portal:news",
}


@dataclass(frozen=True, slots=True)
class ChangeLine:
    icon: str
    words: str
    url: str


def line_of(change: Change) -> ChangeLine:
    return ChangeLine(ICONS[change.what], words_of(change), url_of(change))


def words_of(change: Change) -> str:
    shown = f"{MOST}+" if change.count > MOST else str(change.count)
    words = {
        "orders": ngettext("%(count)s order moved on", "%(count)s orders moved on", change.count),
        "deliveries": ngettext(
            "%(count)s delivery was planned or changed", "%(count)s deliveries were planned or changed", change.count
        ),
        "finances": ngettext("%(count)s entry was booked", "%(count)s entries were booked", change.count),
        "claims": ngettext("%(count)s claim went on", "%(count)s claims went on", change.count),
        "messages": ngettext("%(count)s answer", "%(count)s answers", change.count),
        "news": ngettext("%(count)s piece of news", "%(count)s pieces of news", change.count),
    }[change.what] % {"count": shown}
    return _("%(words)s: %(account)s") % {"words": words, "account": change.title} if change.title else words


def url_of(change: Change) -> str:
    """The list, with the filter that shows exactly these."""
    if change.what == "finances":
        return f"{reverse('portal:finances')}?account={change.account}&new=yes"
    if change.what == "messages":
        return f"{reverse('portal:messages')}?new=yes"
    return f"{reverse(_ROUTES[change.what])}?f.new=yes"
