"""What the card of a delivery says in words."""

from __future__ import annotations

from datetime import datetime

from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.formatting import date_text, datetime_text, time_text
from apps.accounts.preferences import current_preferences
from apps.core.markup import fill
from apps.crm.models import Shipment
from apps.crm.selectors.delivery_days import DeliveryDay, today

_SOON = 10  # minutes that nobody calls late
_COLOURS = {"arrived": "yellow", "delivered": "green", "planned": "grey", "loading": "yellow", "on_the_way": "blue"}


def state_words(delivery: DeliveryDay) -> SafeString:
    """Its badge: the shipment's, until the truck is here."""
    own = {"arrived": _("The truck is here"), "delivered": _("Delivered")}
    label = own.get(delivery.state) or Shipment.State(delivery.state).label
    colour = _COLOURS.get(delivery.state, "red")
    return fill('<span class="status status--{} shipment-state">{}</span>', colour, label)


def window(delivery: DeliveryDay) -> str:
    """The time to be there: "10:20 – 11:50"; "" where the plant told none."""
    start, end = delivery.stop.expected_from or delivery.stop.window_from, delivery.stop.expected_to
    end = end or delivery.stop.window_to
    preferences = current_preferences()
    if start is None:
        return ""
    return " – ".join(time_text(preferences, each) for each in (start, end) if each is not None)


def explained(delivery: DeliveryDay) -> str:
    """Why this time, in one sentence."""
    if delivery.delivered_at is not None:
        return ""
    if delivery.is_late and delivery.shipment.state != Shipment.State.DONE:
        return _("This time is over and the truck is not reported here; no newer time is told. Ask the driver.")
    if not window(delivery):
        return _("The plant has not told a time yet.")
    if delivery.before == 0:
        return _("Yours is the first stop; this is the time that the plant plans.")
    if delivery.done_before == 0:
        words = ngettext(
            "%(count)d stop comes before yours; the time gets closer once it is done.",
            "%(count)d stops come before yours; the time gets closer with each that is done.",
            delivery.before,
        )
        return words % {"count": delivery.before}
    return f"{_done(delivery)} {_pace(delivery)}".strip()


def day_words(delivery: DeliveryDay) -> str:
    if delivery.days_left == 0:
        return _("Today")
    if delivery.days_left == 1:
        return _("Tomorrow")
    return date_text(current_preferences(), delivery.day, weekday=True)


def _done(delivery: DeliveryDay) -> str:
    outlook = delivery.stop.outlook or {}
    at, city = parse_datetime(outlook.get("at") or ""), outlook.get("city") or ""
    values = {"done": delivery.done_before, "before": delivery.before, "city": city, "time": _time(at, delivery.now)}
    if at is None:
        return _("%(done)d of %(before)d stops before yours are done.") % values
    if not city:
        return _("%(done)d of %(before)d stops before yours are done, the last at %(time)s.") % values
    return _("%(done)d of %(before)d stops before yours are done, the last in %(city)s at %(time)s.") % values


def _pace(delivery: DeliveryDay) -> str:
    late = (delivery.stop.outlook or {}).get("late")
    if not isinstance(late, int):
        return ""
    if abs(late) < _SOON:
        return _("The truck is on time.")
    words = (
        _("It is about %(minutes)d minutes behind its plan.")
        if late > 0
        else _("It is about %(minutes)d minutes ahead.")
    )
    return words % {"minutes": round(abs(late) / 5) * 5}


def _time(at: datetime | None, now: datetime) -> str:
    if at is None:
        return ""
    preferences = current_preferences()
    return time_text(preferences, at) if today(at) == today(now) else datetime_text(preferences, at)
