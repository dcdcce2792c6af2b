"""The light beside a figure: how old it is, what "late" means for its source, and how a stale figure looks."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any

from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.accounts.templatetags.formats import moment
from apps.core.markup import fill, joined
from apps.crm.selectors.freshness import Freshness

WORDS = {
    "fresh": gettext_lazy("up to date"),
    "late": gettext_lazy("older than it should be"),
    "stopped": gettext_lazy("the source stands still"),
    "awaited": gettext_lazy("nothing came yet"),
}
ICONS = {"fresh": "clock-check", "late": "clock-exclamation", "stopped": "plug-x", "awaited": "clock-question"}
_MINUTES_OF_A_DAY, _MINUTES_OF_AN_HOUR = 1_440, 60


def meaning(fresh: Freshness) -> str:
    """What "late" means for this source, in words."""
    if not fresh.late_after:
        words = _("Nothing is agreed on how often %(source)s tells of news, so its figures are never called late.")
        return words % {"source": fresh.title}
    words = _(
        "%(source)s tells us all day how things stand, also when nothing has changed. "
        "What is older than %(time)s counts as late."
    )
    said = words % {"source": fresh.title, "time": duration(fresh.late_after)}
    if fresh.is_stopped:
        more = _("It stands still at the moment: nothing new comes until somebody at the plant has seen to it.")
        return f"{said} {more}"
    return said


def duration(time: timedelta) -> str:
    minutes = max(1, int(time.total_seconds()) // 60)
    if minutes % _MINUTES_OF_A_DAY == 0:
        days = minutes // _MINUTES_OF_A_DAY
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    if minutes % _MINUTES_OF_AN_HOUR == 0:
        hours = minutes // _MINUTES_OF_AN_HOUR
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}


def fed_by(fresh: Freshness | None) -> SafeString:
    """Attributes of the element around a figure: whose it is, and the word beside it once it is stale."""
    if fresh is None or not fresh.source:
        return SafeString("")
    if not fresh.is_late:
        return fill(' data-fed="{}"', fresh.source)
    return fill(' data-fed="{}" data-stale="{}"', fresh.source, stale_word(fresh.state))


def stale_word(state: str) -> str:
    """Short, since it stands behind each such figure."""
    return _("not current") if state in ("late", "stopped") else ""


def fed(value: object, fresh: Freshness | None) -> object:
    """A figure in a cell of a list."""
    attributes = fed_by(fresh)
    return joined("", [fill("<span{}>{}", attributes, value), SafeString("</span>")]) if attributes else value


def as_json(fresh: Freshness) -> dict[str, Any]:
    """What open pages ask for when the time of a light has run out."""
    return {
        "state": fresh.state,
        "late_at": fresh.late_at.isoformat() if fresh.late_at else "",
        "text": as_of_words(fresh),
    }


def as_of_words(fresh: Freshness) -> SafeString | str:
    return fill(_("Data as of {}"), moment(fresh.as_of)) if fresh.as_of else _("No data yet")


def plain_words(fresh: Freshness | None) -> str:
    """For paper: the moment, and that it is late; "" where nobody knows."""
    if fresh is None or fresh.as_of is None:
        return ""
    told = unescape(strip_tags(str(moment(fresh.as_of))))
    return f"{told}, {WORDS[fresh.state]}" if fresh.is_late else told
