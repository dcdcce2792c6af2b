"""A promise and its forecast in words: for an order's page, and for a row of a list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.safestring import SafeString
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from apps.accounts.templatetags.formats import day
from apps.core import clock
from apps.core.markup import fill, icon
from apps.crm.forecasts.days import Forecast, shown, standing
from apps.crm.models import Promise, Stage, Status
from apps.crm.models.promises import Level, Season

if TYPE_CHECKING:
    from apps.crm.models import Order, OrderState

_STANDINGS = {
    "kept": ("green", "circle-check", pgettext_lazy("promise", "Kept")),
    "risk": ("yellow", "alert-triangle", pgettext_lazy("promise", "At risk")),
    "late": ("red", "alarm", pgettext_lazy("promise", "Late")),
}
_NEXT = {
    Stage.ACCEPTED: Stage.PRODUCTION,
    Stage.PRODUCTION: Stage.MADE,
    Stage.MADE: Stage.SHIPPED,
    Stage.SHIPPED: Stage.DELIVERED,
}
_WHY = {
    Level.ALL: gettext_lazy("From %(count)s orders of all plants: usually %(days)s from “%(stage)s” to “%(next)s”."),
    Level.PLANT: gettext_lazy("From %(count)s orders at %(plant)s: usually %(days)s from “%(stage)s” to “%(next)s”."),
    Level.PRODUCT: gettext_lazy(
        "From %(count)s orders of %(product)s at %(plant)s: usually %(days)s from “%(stage)s” to “%(next)s”."
    ),
    Level.SEASON: gettext_lazy(
        "From %(count)s orders of %(product)s at %(plant)s %(season)s: usually %(days)s from “%(stage)s” to “%(next)s”."
    ),
}
_NONE = {
    Promise.Reason.HOLD: gettext_lazy("No forecast while the order is on hold."),
    Promise.Reason.THIN: gettext_lazy("No forecast yet: too few orders like this one have been delivered so far."),
}


@dataclass(frozen=True, slots=True)
class PromiseView:
    """What a page shows: `why` explains the forecast, or says why there is none."""

    promised_on: date | None
    forecast: Forecast | None
    standing: SafeString
    why: str
    is_range: bool


def promise_view(order: Order) -> PromiseView | None:
    """As of today; None where the order is over, or not approved yet."""
    promise, state, today = _promise_of(order), getattr(order, "state", None), localdate(clock.now())
    if state is None or order.approved_at is None or _is_over(state):
        return None
    found = shown(promise, today)
    return PromiseView(
        state.promised_on,
        found,
        badge(standing(state.promised_on, found, today)),
        _why(order, promise) if promise and found else str(_none(promise)),
        found is not None and found.from_on != found.to_on,
    )


def promise_cell(order: Any) -> object:
    """The day expected, and how the promise stands; of an order that is over nothing is expected."""
    promise, state, today = _promise_of(order), getattr(order, "state", None), localdate(clock.now())
    if state is None or _is_over(state):
        return ""
    found = shown(promise, today)
    words = badge(standing(state.promised_on, found, today))
    if found is None:
        none = _("on hold") if promise and promise.reason == Promise.Reason.HOLD else _("no forecast yet")
        return fill('<span class="promise-cell"><span class="promise-none">{}</span> {}</span>', none, words)
    return fill('<span class="promise-cell">{} {}</span>', day(found.expected_on), words)


def badge(word: str) -> SafeString:
    """ "kept", "risk" or "late" in colour, with a picture and in words; nothing for ""."""
    if not word:
        return SafeString("")
    colour, picture, text = _STANDINGS[word]
    return fill('<span class="status status--{} promise-badge">{}{}</span>', colour, icon(picture), text)


def days_between(least: float, most: float) -> str:
    """Some days, in whole ones."""
    first, last = round(least), max(1, round(most))
    if most < 1:
        return _("less than a day")
    if first in (0, last):
        if first == 0:
            return ngettext("up to %(number)s day", "up to %(number)s days", last) % {"number": last}
        return ngettext("%(number)s day", "%(number)s days", last) % {"number": last}
    return ngettext("%(first)s to %(last)s day", "%(first)s to %(last)s days", last) % {"first": first, "last": last}


def _promise_of(order: Any) -> Promise | None:
    found: Promise | None = getattr(order, "promise", None)
    return found


def _is_over(state: OrderState) -> bool:
    return state.status in (Status.DELIVERED, Status.CANCELLED)


def _why(order: Order, promise: Promise) -> str:
    stage = Stage(promise.stage)
    return str(_WHY[Level(promise.level)]) % {
        "count": promise.count,
        "product": order.product,
        "plant": order.plant.name,
        "season": Season(promise.season).label,
        "days": days_between(promise.usual_from, promise.usual_to),
        "stage": stage.label,
        "next": _NEXT[stage].label,
    }


def _none(promise: Promise | None) -> object:
    if promise is None or promise.reason not in _NONE:
        return _("No forecast yet.")
    return _NONE[Promise.Reason(promise.reason)]
