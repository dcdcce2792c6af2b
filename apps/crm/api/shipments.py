"""`/shipments`: voyages with their stops, and what is on board of the dealers whom the token's user sees."""

from collections import defaultdict
from datetime import date, datetime

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from apps.accounts.api_auth import needs_scope
from apps.accounts.models import User
from apps.core import clock
from apps.core.api import PROBLEMS
from apps.crm.api.shared import AsOfOut, ChangedPaged, as_of_groups, asking, page_of
from apps.crm.models import Shipment, ShipmentItem, ShipmentStop
from apps.crm.selectors.freshness import Sources, sources_of

router = Router(tags=["orders"])


class ShipmentFilters(ChangedPaged):
    dealer: str = Field("", max_length=30, description="The code of a dealer at whom it stops")
    plant: str = Field("", max_length=30, description="The plant's key")
    planned_from: date | None = None
    planned_to: date | None = None


class ItemOut(Schema):
    order_id: int
    order_number: str
    construction: int | None = Field(description="Its position in the order; null: the whole order")
    quantity: int


class StopOut(Schema):
    position: int
    dealer: str
    city: str
    address: str
    window_from: datetime | None
    window_to: datetime | None
    done_at: datetime | None
    signed_by: str
    items: list[ItemOut]


class ShipmentOut(Schema):
    id: int
    number: str
    plant: str
    state: str
    planned_on: date
    departed_at: datetime | None
    truck: str
    driver_name: str
    driver_phone: str
    stops: list[StopOut]
    changed_at: datetime
    as_of: dict[str, AsOfOut] = Field(description="Of the group delivery")


class ShipmentPage(Schema):
    items: list[ShipmentOut]
    next: str | None = Field(description="The `after` of the next page; null at the end")


@router.get("", response={200: ShipmentPage, **PROBLEMS}, summary="List shipments")
@needs_scope("orders:read")
def list_shipments(request: HttpRequest, wanted: Query[ShipmentFilters]) -> ShipmentPage:
    """What changed last comes first; with `changed_after` what changed first."""
    user = asking(request)
    found = Shipment.objects.visible_to(user).select_related("plant")
    if wanted.dealer:
        stops = ShipmentStop.objects.visible_to(user).filter(dealer__code=wanted.dealer)
        found = found.filter(pk__in=stops.values("shipment"))
    if wanted.plant:
        found = found.filter(plant__key=wanted.plant)
    if wanted.planned_from:
        found = found.filter(planned_on__gte=wanted.planned_from)
    if wanted.planned_to:
        found = found.filter(planned_on__lte=wanted.planned_to)
    rows, next_key = page_of(found, wanted, newest="changed_at", changed="changed_at", since=wanted.changed_after)
    stops_of = _stops(rows, user)
    sources = sources_of({each.plant_id for each in rows}, now=clock.now())
    return ShipmentPage(items=[_out(each, stops_of[each.pk], sources) for each in rows], next=next_key)


def _stops(rows: list[Shipment], user: User) -> dict[int, list[StopOut]]:
    carried: dict[int | None, list[ItemOut]] = defaultdict(list)
    items = ShipmentItem.objects.visible_to(user).filter(shipment__in=rows).select_related("order", "construction")
    for item in items.order_by("pk"):
        part = item.construction
        carried[item.stop_id].append(
            ItemOut(
                order_id=item.order_id,
                order_number=item.order.number,
                construction=part.position if part else None,
                quantity=item.quantity,
            )
        )
    found: dict[int, list[StopOut]] = defaultdict(list)
    stops = ShipmentStop.objects.visible_to(user).filter(shipment__in=rows).select_related("dealer")
    same = ("position", "city", "address", "window_from", "window_to", "done_at", "signed_by")
    for stop in stops.order_by("shipment", "position"):
        values = {name: getattr(stop, name) for name in same}
        found[stop.shipment_id].append(StopOut(**values, dealer=stop.dealer.code, items=carried[stop.pk]))
    return found


def _out(shipment: Shipment, stops: list[StopOut], sources: Sources) -> ShipmentOut:
    same = ("id", "number", "state", "planned_on", "departed_at", "truck", "driver_name", "driver_phone", "changed_at")
    return ShipmentOut(
        **{name: getattr(shipment, name) for name in same},
        plant=shipment.plant.key,
        stops=stops,
        as_of=as_of_groups(sources, shipment.plant_id, {"delivery": None}),
    )
