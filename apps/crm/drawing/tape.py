"""Words of an order's tape: what a line corrected, how long it took to reach us."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from html import unescape
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.accounts.templatetags.formats import day, moment
from apps.core.markup import fill, joined
from apps.crm.drawing.events import event_words
from apps.crm.drawing.figures import awaited, money, stage_badge
from apps.crm.models import Stage
from apps.crm.selectors.tape import Correction, TapeLine

KINDS = {
    "identity": gettext_lazy("Order data"),
    "stage": gettext_lazy("Status"),
    "construction": gettext_lazy("Constructions"),
    "delivery": gettext_lazy("Day of delivery"),
    "shipment": gettext_lazy("Shipments"),
    "money": gettext_lazy("Amount"),
    "price": gettext_lazy("Prices"),
}
_NAMES = {
    "number": gettext_lazy("Number"),
    "reference": gettext_lazy("Reference"),
    "client": gettext_lazy("Client"),
    "product": gettext_lazy("Product"),
    "comment": gettext_lazy("Comment"),
    "promised_on": gettext_lazy("Promised day"),
    "planned_on": gettext_lazy("Planned delivery"),
    "amount": gettext_lazy("Amount"),
    "currency": gettext_lazy("Currency"),
    "quantity": gettext_lazy("Pieces"),
    "made": gettext_lazy("Made"),
    "shipped": gettext_lazy("Shipped"),
    "title": gettext_lazy("Title"),
    "width": gettext_lazy("Width"),
    "height": gettext_lazy("Height"),
    "colour": gettext_lazy("Colour"),
    "glass": gettext_lazy("Glass"),
    "hardware": gettext_lazy("Hardware"),
}
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def corrected_words(line: TapeLine) -> SafeString | str:
    """What stood there before, and of which moment that was; "" where nothing was corrected."""
    if line.corrects is None:
        return ""
    pieces = [_change(each) for each in line.corrections if each.key in _NAMES or each.key == "stage"]
    when = fill(_("Corrects what was told of {}"), moment(line.corrects.happened_at))
    return joined(": ", [when, joined("; ", pieces)]) if pieces else when


def stale_words(line: TapeLine) -> SafeString | str:
    if not line.event.is_stale:
        return ""
    if line.overtaken_by is None:
        return _("Came late, changed nothing")
    return fill(_("Came late, changed nothing: there was a newer one of {}"), moment(line.overtaken_by.happened_at))


def lag_words(lag: timedelta) -> str:
    """How long it took, in its largest unit."""
    seconds = int(lag.total_seconds())
    if seconds < _MINUTE:
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    if seconds < _HOUR:
        return ngettext("%(count)d minute", "%(count)d minutes", seconds // _MINUTE) % {"count": seconds // _MINUTE}
    if seconds < 2 * _DAY:
        return ngettext("%(count)d hour", "%(count)d hours", seconds // _HOUR) % {"count": seconds // _HOUR}
    return ngettext("%(count)d day", "%(count)d days", seconds // _DAY) % {"count": seconds // _DAY}


def file_titles() -> list[object]:
    titles = [_("Received"), _("Happened"), _("Seconds between"), _("Source"), _("Batch"), _("Kind"), _("Record")]
    return [*titles, _("Version"), _("What was told"), _("Came late"), _("What it corrected")]


def file_rows(lines: Iterable[TapeLine]) -> Iterable[list[Any]]:
    for line in lines:
        event = line.event
        told = [str(KINDS.get(event.kind, event.kind)), event.record, str(event.version), plain(event_words(event))]
        came = [event.received_at, event.happened_at, int(line.lag.total_seconds()), line.source, event.batch_id]
        yield [*came, *told, _("yes") if event.is_stale else "", plain(corrected_words(line))]


def plain(words: SafeString | str) -> str:
    return " ".join(unescape(strip_tags(str(words))).split())


def _change(each: Correction) -> SafeString:
    if each.key == "stage":
        return fill(_("{} → back to {}"), _value(each, each.before), _value(each, each.now))
    return fill("{}: {} → {}", str(_NAMES[each.key]), _value(each, each.before), _value(each, each.now))


def _value(each: Correction, value: Any) -> object:
    if value is None or value == "":
        return awaited()
    if each.key == "stage":
        return stage_badge(value) if value in Stage.values else str(value)
    if each.key in ("planned_on", "promised_on"):
        try:
            on = parse_date(str(value))
        except ValueError:
            on = None
        return day(on) if on else str(value)
    if each.key == "amount":
        try:
            return money(Decimal(str(value)), each.currency)
        except InvalidOperation:
            return str(value)
    return str(value)
