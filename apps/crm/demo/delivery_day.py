"""The demo's day of a delivery: a truck is on its way to the first dealer, one stop before theirs is done."""

from __future__ import annotations

from datetime import datetime, timedelta

from apps.crm.models import Construction, Dealer, DealerUser, Order, Shipment, ShipmentItem, ShipmentStop
from apps.crm.selectors.delivery_days import today
from apps.crm.services import outlooks

DEALER = "dealer@demo.rapport.example"
KEY = "DEMO-TODAY"
_HOUR = timedelta(hours=1)


def drive_today(*, now: datetime) -> Shipment | None:
    """Send it out, around `now`; None where nobody is there to be driven to, or it drives already."""
    person = DealerUser.objects.filter(email=DEALER).select_related("dealer").first()
    if person is None or Shipment.objects.filter(plant_key=KEY).exists():
        return None
    order = _order_of(person.dealer)
    if order is None:
        return None
    plant = order.plant_id
    busy = Order.objects.filter(plant=plant, approved_at__isnull=False).values("dealer")
    others = list(Dealer.objects.filter(pk__in=busy).exclude(pk=person.dealer_id).order_by("pk")[:3])
    dealers = [*others[:2], person.dealer, *others[2:]]
    shipment = Shipment.objects.create(
        plant_id=plant,
        plant_key=KEY,
        number=f"KT-{now:%m%d}",
        state=Shipment.State.ON_THE_WAY,
        planned_on=today(now),
        departed_at=now - 2 * _HOUR,
        truck="AA 4217 KP",
        driver_name="Степан Кермо",
        driver_phone="+380672001234",
        route=[{"position": number, "city": dealer.city, "geo": None} for number, dealer in enumerate(dealers, 1)],
        dealer_ids=sorted(dealer.pk for dealer in dealers),
        as_of=now,
        changed_at=now,
    )
    for number, dealer in enumerate(dealers, 1):
        start = now + (number - 2) * _HOUR
        stop = ShipmentStop.objects.create(
            shipment=shipment,
            position=number,
            dealer=dealer,
            city=dealer.city,
            window_from=start,
            window_to=start + 2 * _HOUR,
            done_at=now - _HOUR / 6 if number == 1 else None,
        )
        if own := order if dealer == person.dealer else _order_of(dealer):
            _load(shipment, stop, own)
    outlooks.refresh(shipment.pk)
    return shipment


def _order_of(dealer: Dealer) -> Order | None:
    found = Order.objects.filter(dealer=dealer, approved_at__isnull=False, constructions__isnull=False)
    return found.order_by("-state__stage", "-pk").first()


def _load(shipment: Shipment, stop: ShipmentStop, order: Order) -> None:
    ShipmentItem.objects.bulk_create(
        ShipmentItem(
            shipment=shipment,
            stop=stop,
            order=order,
            construction=piece,
            dealer_id=order.dealer_id,
            quantity=piece.quantity,
        )
        for piece in Construction.objects.filter(order=order).order_by("position")
    )
