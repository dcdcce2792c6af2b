"""A truck with three stops, the middle one a dealer's own, for tests."""

from __future__ import annotations

import io
import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from apps.crm.models import Dealer, Order, Shipment, ShipmentItem, ShipmentStop
from apps.crm.services import outlooks
from tests.crm.factories import a_construction, a_dealer, a_plant, an_order

MORNING = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)  # ten o'clock in Kyiv
WINDOW = timedelta(hours=2)


def a_truck(*dealers: Dealer, number: str = "S-7", quantity: int = 4, **fields: Any) -> Shipment:
    """Stops at these in turn, two hours for each from MORNING on; an order "A-DEALER" on board for each."""
    shipment = Shipment.objects.create(
        plant=a_plant(),
        plant_key=number,
        number=number,
        **{
            "planned_on": MORNING.date(),
            "state": "on_the_way",
            "truck": "AA 1234 BB",
            "driver_name": "Stepan Driver",
            "driver_phone": "+380441234567",
            "dealer_ids": sorted({dealer.pk for dealer in dealers}),
            "as_of": MORNING,
            "changed_at": MORNING,
            **fields,
        },
    )
    for position, dealer in enumerate(dealers, 1):
        start = MORNING + WINDOW * (position - 1)
        stop = ShipmentStop.objects.create(
            shipment=shipment,
            position=position,
            dealer=dealer,
            city=f"City {position}",
            address=f"{dealer.name} street 1",
            window_from=start,
            window_to=start + WINDOW,
        )
        order = Order.objects.filter(dealer=dealer).first() or an_order(dealer, f"A-{dealer.pk}", amount=None)
        piece = order.constructions.first() or a_construction(order, title=f"Window of {dealer.name}")
        ShipmentItem.objects.create(
            shipment=shipment, stop=stop, order=order, construction=piece, dealer=dealer, quantity=quantity
        )
    outlooks.refresh(shipment.pk)
    return shipment


def between(firm: Dealer, **fields: Any) -> Shipment:
    """A truck to `firm` between two other dealers."""
    return a_truck(a_dealer("Promin"), firm, a_dealer("Vikno"), **fields)


def done(shipment: Shipment, position: int, at: datetime) -> None:
    ShipmentStop.objects.filter(shipment=shipment, position=position).update(done_at=at)
    outlooks.refresh(shipment.pk)


def goods(shipment: Shipment, dealer: Dealer) -> dict[str, Any]:
    item = ShipmentItem.objects.get(shipment=shipment, dealer=dealer)
    return {"order": item.order_id, "construction": item.construction_id}


def an_act(kind: str, *, at: datetime = MORNING, key: str = "", **words: Any) -> dict[str, Any]:
    return {"key": key or str(uuid.uuid4()), "kind": kind, "at": at.isoformat(), **words}


def posted(*acts: dict[str, Any], **pictures: bytes) -> dict[str, Any]:
    """What a phone sends: `pictures` by the kind of their act."""
    data: dict[str, Any] = {"acts": json.dumps(acts)}
    for act in acts:
        if act["kind"] in pictures:
            data[f"file-{act['key']}"] = SimpleUploadedFile("picture", pictures[act["kind"]])
    return data


def a_signature(**saving: Any) -> bytes:
    paper = Image.new("RGBA", (640, 240), (0, 0, 0, 0))
    ImageDraw.Draw(paper).line([(20, 200), (300, 40), (600, 200)], fill="black", width=4)
    content = io.BytesIO()
    paper.save(content, "PNG", **saving)
    return content.getvalue()
