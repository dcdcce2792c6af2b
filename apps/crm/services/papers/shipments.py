"""The shipment note: the stops of a voyage and what is unloaded there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from apps.core import clock
from apps.crm.models import Dealer, Shipment, ShipmentItem
from apps.crm.models.reach import portal_reader
from apps.crm.selectors.shipment_pages import Unloading, shipment_page
from apps.crm.services.papers.reading import as_of_on_paper, reading
from apps.messaging.services.contexts.values import international
from apps.messaging.services.papers.frame import fact, facts, frame
from apps.messaging.services.papers.letters import count, day, moment

if TYPE_CHECKING:
    from apps.accounts.models import User

KEY = "shipment_note"


def note_key(dealer_id: int) -> str:
    """A note of one dealer's stops, to be handed to them."""
    return f"{KEY}:{dealer_id}"


def build(user: User, record_id: int, language: str) -> dict[str, Any]:
    """All stops that `user` sees: a dealer's own, for staff those of everybody on board. Raises Http404."""
    return _build(user, record_id, dealer_id=None)


def build_part(user: User, record_id: int, language: str, part: str) -> dict[str, Any]:
    """The stops of the dealer whose id `part` is. Raises Http404."""
    if not part.isdecimal() or len(part) > 18 or not Dealer.objects.visible_to(user).filter(pk=int(part)).exists():
        raise Http404
    return _build(user, record_id, dealer_id=int(part))


def _build(user: User, record_id: int, *, dealer_id: int | None) -> dict[str, Any]:
    with reading(user):
        shipment = Shipment.objects.visible_to(user).select_related("plant").filter(pk=record_id).first()
        if shipment is None:
            raise Http404
        page = shipment_page(shipment, user=user)
        for_all = dealer_id is None and portal_reader(user) is None
        shown = [each for each in page.stops if dealer_id is None or each.stop.dealer_id == dealer_id]
        stops = [_stop(each, with_name=for_all) for each in shown]
        others = [each for each in page.others if dealer_id is None or each.dealer_id == dealer_id]
        if others:
            stops.append({"title": _("On board"), "facts": [], "rows": _rows(others), "signed": "-"})
        if dealer_id is not None and not stops:
            raise Http404
        return {
            **frame(_("Shipment note %(number)s") % {"number": shipment.number}, today=localdate(clock.now())),
            "facts": _voyage(shipment),
            "head": [_("Order"), _("What"), _("Pieces")],
            "stops": stops,
            "nothing": _("What is on board is not told yet."),
            "sign_here": _("Received, name and signature"),
        }


def _voyage(shipment: Shipment) -> list[dict[str, Any]]:
    return facts(
        fact(_("Day"), day(shipment.planned_on)),
        fact(_("Plant"), shipment.plant.name),
        fact(_("Truck"), shipment.truck or _("awaited")),
        fact(_("Driver"), [shipment.driver_name or _("awaited"), international(shipment.driver_phone)]),
        fact(_("Data as of"), as_of_on_paper(shipment.plant_id, "delivery")),
    )


def _stop(unloading: Unloading, *, with_name: bool) -> dict[str, Any]:
    stop = unloading.stop
    title = _("Stop %(number)s") % {"number": stop.position}
    window = " – ".join(moment(each) for each in (stop.window_from, stop.window_to) if each)
    signed = ""
    if stop.done_at:
        signed = ", ".join(filter(None, [moment(stop.done_at), stop.signed_by]))
    return {
        "title": f"{title}: {stop.dealer.name}" if with_name else title,
        "facts": facts(
            fact(_("Where"), ", ".join(filter(None, [stop.city, stop.address]))),
            fact(_("Time"), window or _("awaited")),
            fact(_("Handed over"), signed),
        ),
        "rows": _rows(unloading.items),
        "signed": signed,
    }


def _rows(items: list[ShipmentItem]) -> list[list[str]]:
    return [[each.order.number, _what(each), count(each.quantity)] for each in items]


def _what(item: ShipmentItem) -> str:
    part = item.construction
    return f"{part.position}. {part.title or part.kind}" if part else _("Goods of the order")
