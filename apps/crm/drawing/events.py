"""A line of an order's history in words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.accounts.templatetags.formats import day
from apps.core.markup import fill, joined
from apps.crm.drawing.figures import money, stage_badge, status_badge
from apps.crm.models import OrderEvent, Shipment, Stage, Status


def event_words(event: OrderEvent) -> SafeString | str:
    """What happened, with the badge of a stage and the figures that came. Unknown facts are passed over."""
    what = event.what if isinstance(event.what, dict) else {}
    pieces = [piece for piece in (_position(what), _stage(what), *_overlays(what), *_figures(what)) if piece]
    return joined(" ", pieces) if pieces else _fallback(event.kind)


def _position(what: dict[str, Any]) -> str:
    """Of a construction; a price names only its key."""
    position = what.get("position")
    if not isinstance(position, int):
        return ""
    words = _("Position %(number)d") % {"number": position}
    return f"{words}, {what['title']}:" if what.get("title") else f"{words}:"


def _stage(what: dict[str, Any]) -> SafeString | None:
    stage = what.get("stage")
    if isinstance(stage, str):
        stage = Stage.__members__.get(stage.upper())
    return stage_badge(stage) if stage in Stage.values else None


def _overlays(what: dict[str, Any]) -> list[SafeString | str]:
    shown: list[SafeString | str] = []
    if what.get("on_hold") is not None:
        shown.append(status_badge(Status.ON_HOLD) if what["on_hold"] else _("Goes on"))
    if what.get("cancelled") is not None:
        shown.append(status_badge(Status.CANCELLED) if what["cancelled"] else _("No longer cancelled"))
    return shown


def _figures(what: dict[str, Any]) -> list[SafeString | str]:
    shown: list[SafeString | str] = []
    if (amount := _amount(what.get("amount"))) is not None:
        shown.append(fill(_("Amount: {}"), money(amount, str(what.get("currency") or ""))))
    if isinstance(planned := what.get("planned_on"), str) and (on := _day(planned)):
        shown.append(fill(_("Delivery planned for {}"), day(on)))
    if isinstance(number := what.get("number"), str) and number:
        shown.append(fill("{}", number))
    if (state := what.get("state")) in Shipment.State.values:
        shown.append(str(Shipment.State(state).label))
    return [*shown, *_counts(what)]


def _counts(what: dict[str, Any]) -> list[SafeString | str]:
    made, shipped, of = (what.get(name) for name in ("made", "shipped", "quantity"))
    shown: list[SafeString | str] = []
    for count, alone, together in (
        (made, _("%(count)d made"), _("%(count)d of %(all)d made")),
        (shipped, _("%(count)d shipped"), _("%(count)d of %(all)d shipped")),
    ):
        if isinstance(count, int) and count:
            shown.append((together if isinstance(of, int) else alone) % {"count": count, "all": of})
    return shown


def _amount(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value)) if value is not None else None
    except InvalidOperation:
        return None


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _fallback(kind: str) -> str:
    words = {
        "identity": _("Order data came"),
        "stage": _("Stage came"),
        "delivery": _("Delivery date came"),
        "money": _("Amount came"),
        "price": _("Prices came"),
        "construction": _("Constructions came"),
        "shipment": _("Shipment came"),
    }
    return words.get(kind, _("Data came"))
