"""The day of a delivery as its dealer follows it: when the truck comes, what is unloaded, what was signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from apps.crm.models import Construction, Order, Shipment, ShipmentItem, ShipmentStop, UnloadingAct
from apps.crm.selectors.shipment_pages import ShipmentPage, shipment_page

if TYPE_CHECKING:
    from apps.accounts.models import User

LATE_FOR = timedelta(days=7)  # so long what was done at the unloading may still come in
MOST_DAYS = 5  # that a stop may lie behind the day on which its truck sets out
Kind = UnloadingAct.Kind
Goods = tuple[int, int | None]  # ids of order and construction


@dataclass(frozen=True, slots=True)
class Line:
    """Pieces of one construction (or of an order, where the plant says no more) for this stop."""

    order: Order
    construction: Construction | None
    quantity: int
    counted: int
    notes: list[UnloadingAct]


@dataclass(frozen=True, slots=True)
class DeliveryDay:
    """One dealer's delivery. `acts` are none where only the card is shown."""

    shipment: Shipment
    stop: ShipmentStop
    now: datetime
    lines: list[Line] = field(default_factory=list)
    acts: list[UnloadingAct] = field(default_factory=list)

    @property
    def day(self) -> date:
        return day_of(self.shipment, self.stop)

    @property
    def days_left(self) -> int:
        return (self.day - today(self.now)).days

    @property
    def is_near(self) -> bool:
        """The day itself, the day before, or a truck that is on the way still."""
        under_way = self.shipment.state == Shipment.State.ON_THE_WAY and self.delivered_at is None
        return not self.is_cancelled and (self.days_left in (0, 1) or (under_way and self.days_left < 0))

    @property
    def may_unload(self) -> bool:
        """Whether pieces can be ticked now."""
        return not self.is_cancelled and is_open(self.day, now=self.now)

    @property
    def is_cancelled(self) -> bool:
        return self.shipment.state == Shipment.State.CANCELLED

    @property
    def state(self) -> str:
        if self.delivered_at is not None:
            return "delivered"
        return "arrived" if self.arrived_at is not None else self.shipment.state

    @property
    def signature(self) -> UnloadingAct | None:
        return next((act for act in reversed(self.acts) if act.kind == Kind.SIGNATURE), None)

    @property
    def arrived_at(self) -> datetime | None:
        return next((told_at(act) for act in self.acts if act.kind == Kind.ARRIVED), None)

    @property
    def delivered_at(self) -> datetime | None:
        return self.stop.done_at or (told_at(self.signature) if self.signature else None)

    @property
    def photos(self) -> list[UnloadingAct]:
        return [act for act in self.acts if act.kind == Kind.PHOTO]

    @property
    def before(self) -> int:
        return int((self.stop.outlook or {}).get("before", 0))

    @property
    def done_before(self) -> int:
        return int((self.stop.outlook or {}).get("done", 0))

    @property
    def is_late(self) -> bool:
        """The time that was foreseen is over, and the truck isn't here."""
        end = self.stop.expected_to or self.stop.window_to
        return end is not None and end < self.now and self.arrived_at is None and self.delivered_at is None

    @property
    def counted(self) -> int:
        return sum(line.counted for line in self.lines)

    @property
    def pieces(self) -> int:
        return sum(line.quantity for line in self.lines)


def zone() -> ZoneInfo:
    """The company's: by it days begin and end."""
    return ZoneInfo(settings.RAPPORT_TIME_ZONE)


def today(now: datetime) -> date:
    return now.astimezone(zone()).date()


def evening(day: date) -> datetime:
    """The moment at which `day` is over."""
    return datetime.combine(day + timedelta(days=1), time(), zone())


def day_of(shipment: Shipment, stop: ShipmentStop | None) -> date:
    """The day on which the truck is planned at the stop."""
    if stop is not None and stop.window_from is not None:
        return stop.window_from.astimezone(zone()).date()
    return shipment.planned_on


def is_open(day: date, *, now: datetime) -> bool:
    """From the day before on until some days after it."""
    return day - timedelta(days=1) <= today(now) <= day + LATE_FOR


def told_at(act: UnloadingAct) -> datetime:
    """When it happened, for readers: a phone's clock may be ahead."""
    return min(act.happened_at, act.received_at)


def delivery_days(
    shipment: Shipment, *, user: User, now: datetime, page: ShipmentPage | None = None
) -> list[DeliveryDay]:
    """What `user` sees of the unloading at each dealer's (first) stop of `shipment`, with the goods.

    `page` has what was read of the shipment already.
    """
    page = page or shipment_page(shipment, user=user)
    items = [item for unloading in page.stops for item in unloading.items] + page.others
    first: dict[int, ShipmentStop] = {}
    for unloading in page.stops:
        first.setdefault(unloading.stop.dealer_id, unloading.stop)
    acts: list[UnloadingAct] = []
    if any(day_of(shipment, stop) - timedelta(days=1) <= today(now) for stop in first.values()):
        told = UnloadingAct.objects.visible_to(user).filter(shipment=shipment, dealer__in=first)
        acts = list(told.order_by("happened_at", "key"))
    return [_day(shipment, stop, items, acts, now) for stop in first.values()]


def near_days(*, user: User, now: datetime, shipments: Sequence[Shipment] | None = None) -> list[DeliveryDay]:
    """Cards of what comes to the user's firm today or tomorrow, without the goods; of `shipments` alone if given."""
    first = datetime.combine(today(now), time(), zone())
    stops = ShipmentStop.objects.visible_to(user).exclude(shipment__state=Shipment.State.CANCELLED)
    days = Q(window_from__gte=first, window_from__lt=first + timedelta(days=2)) | Q(
        window_from=None, shipment__planned_on__in=[first.date(), first.date() + timedelta(days=1)]
    )
    if shipments is not None:
        about = [each.pk for each in shipments if abs((each.planned_on - first.date()).days) <= MOST_DAYS]
        if not about:
            return []
        stops = stops.filter(shipment__in=about)
    found = {
        stop.shipment_id: stop
        for stop in stops.filter(days).select_related("shipment__plant").order_by("-window_from", "-position")[:10]
    }
    if not found:
        return []
    acts: dict[int, list[UnloadingAct]] = {}
    told = UnloadingAct.objects.visible_to(user).filter(
        shipment__in=found,
        dealer__in=[stop.dealer_id for stop in found.values()],
        kind__in=[Kind.ARRIVED, Kind.SIGNATURE],
    )
    for act in told.order_by("happened_at", "key"):
        acts.setdefault(act.shipment_id, []).append(act)
    return [DeliveryDay(stop.shipment, stop, now, acts=acts.get(pk, [])) for pk, stop in reversed(found.items())]


def _day(
    shipment: Shipment, stop: ShipmentStop, items: list[ShipmentItem], acts: list[UnloadingAct], now: datetime
) -> DeliveryDay:
    own = [act for act in acts if act.dealer_id == stop.dealer_id]
    counted: dict[Goods, int] = {}
    notes: dict[Goods, list[UnloadingAct]] = {}
    for act in own:
        if act.order_id is None:
            continue
        goods = (act.order_id, act.construction_id)
        if act.kind == Kind.TICK:
            counted[goods] = act.count or 0
        elif act.kind == Kind.NOTE:
            notes.setdefault(goods, []).append(act)
    lines: dict[Goods, Line] = {}
    for item in items:
        if item.dealer_id != stop.dealer_id:
            continue
        goods = (item.order_id, item.construction_id)
        quantity = item.quantity + (lines[goods].quantity if goods in lines else 0)
        seen = min(counted.get(goods, 0), quantity)
        lines[goods] = Line(item.order, item.construction, quantity, seen, notes.get(goods, []))
    return DeliveryDay(shipment, stop, now, list(lines.values()), own)
