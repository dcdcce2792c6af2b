"""Dora's firm with an order, a shipment and a line in its account, and another firm with the same."""

from __future__ import annotations

import io
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from PIL import Image

from apps.core.models import Operation, WebhookDelivery, WebhookEndpoint, WebhookEvent
from apps.core.services import files
from apps.crm.models import (
    Dealer,
    DealerFeedKey,
    DealerUser,
    DeliveryLink,
    LedgerEntry,
    LedgerMonth,
    Order,
    OrderEvent,
    Shipment,
    ShipmentItem,
    ShipmentStop,
    UnloadingAct,
)
from apps.crm.services.delivery_links import digest
from tests.conftest import NOW, make_user
from tests.crm.factories import a_construction, a_dealer, a_plant, an_order, into_portal

if TYPE_CHECKING:
    from tests.access.world import World

DEAD = "dead" + "0" * 39


def add_dealers(world: World) -> None:
    """Scopes "dealer" (dora's own) and "other_dealer" (nobody's in the cast); the rows in `world.records`."""
    mine, theirs = a_dealer("Svitlo Windows", code="D-1"), a_dealer("Promin Windows", code="D-2")
    mine_user = into_portal(world.users["dealer"], mine)
    their_user = into_portal(make_user("olha@example.com", "Olha Other", "dealer"), theirs)
    order, other_order = (an_order(each, f"A-{each.code}", amount=Decimal(1200)) for each in (mine, theirs))
    world.records |= {
        "dealer": mine,
        "dealer_user": mine_user,
        "order": order,
        "other_dealer": theirs,
        "other_dealer_user": their_user,
        "other_order": other_order,
    }
    world.places["dealer"] = _place(mine, mine_user, order)
    world.places["other_dealer"] = _place(theirs, their_user, other_order)
    world.places["house receiver"] = _receiver("house")
    for scope, person in (("dealer", mine_user), ("other_dealer", their_user)):
        world.places[f"{scope} paper"] = {"operation_id": _paper(person)}
        world.places[f"{scope} link"] = _link(world.places[scope], person)
        world.places[scope]["link_id"] = world.places[f"{scope} link"]["link_id"]
    world.places["dead link"] = world.places["dealer link"] | {"token": DEAD}
    DeliveryLink.objects.create(**_link_values(world.places["dealer"], mine_user), digest=digest(DEAD), ends_at=NOW)
    world.places["unknown link"] = world.places["dealer link"] | {"token": "x" * 43}
    world.places["strange picture"] = world.places["dealer link"] | {"key": world.places["other_dealer link"]["key"]}
    world.places["absent picture"] = world.places["dealer link"] | {"key": uuid.UUID(int=0)}


def _link_values(place: dict[str, Any], person: DealerUser) -> dict[str, Any]:
    return {
        "shipment_id": place["shipment_id"],
        "dealer_id": place["dealer_id"],
        "label": "The fitter",
        "made_for_on": NOW.date(),
        "made_at": NOW,
        "made_by_name": person.name,
    }


def _link(place: dict[str, Any], person: DealerUser) -> dict[str, Any]:
    """A link that is alive by any clock, and a photo that came by it."""
    token = f"{place['dealer_id']:043}"
    far = datetime(2100, 1, 1, tzinfo=UTC)
    link = DeliveryLink.objects.create(**_link_values(place, person), digest=digest(token), ends_at=far)
    content = io.BytesIO()
    Image.new("RGB", (8, 8), (place["dealer_id"] % 256, 0, 0)).save(content, "JPEG")
    photo = files.store(content.getvalue(), mime_type="image/jpeg", now=NOW)
    act = UnloadingAct.objects.create(
        key=uuid.uuid4(),
        shipment_id=place["shipment_id"],
        dealer_id=place["dealer_id"],
        kind=UnloadingAct.Kind.PHOTO,
        file=photo,
        thumbnail=photo,
        happened_at=NOW,
        received_at=NOW,
        author_name=link.label,
        link=link,
    )
    return place | {"link_id": link.pk, "token": token, "key": act.key}


def _place(dealer: Dealer, person: DealerUser, order: Order) -> dict[str, Any]:
    pane = {"id": "pane", "kind": "pane", "x": 40, "y": 40, "width": 1320, "height": 1220}
    piece = a_construction(order, scheme={"width": 1400, "height": 1300, "parts": [pane]})
    shipment = Shipment.objects.create(
        plant=a_plant(),
        plant_key=f"S-{dealer.code}",
        number=f"S-{dealer.code}",
        planned_on=NOW.date(),
        dealer_ids=[dealer.pk],
        as_of=NOW,
        changed_at=NOW,
    )
    stop = ShipmentStop.objects.create(shipment=shipment, position=1, dealer=dealer, city="Lutsk")
    ShipmentItem.objects.create(shipment=shipment, stop=stop, order=order, construction=piece, dealer=dealer)
    account = {"dealer": dealer, "plant": a_plant(), "currency": "UAH"}
    entry = LedgerEntry.objects.create(
        **account,
        source="accounts",
        key=order.number,
        version=1,
        kind=LedgerEntry.Kind.CHARGE,
        amount=Decimal(1200),
        booked_on=NOW.date(),
        order=order,
        received_at=NOW,
    )
    LedgerMonth.objects.create(**account, month=NOW.date().replace(day=1), charged=Decimal(1200), count=1)
    event = OrderEvent.objects.create(
        order=order,
        dealer=dealer,
        source="production",
        record=f"status:{order.number}",
        version=1,
        kind="stage",
        happened_at=NOW,
        received_at=NOW,
    )
    return {
        "order_event_id": event.pk,
        "dealer_id": dealer.pk,
        "dealer_user_id": person.pk,
        "person_id": person.pk,
        "order_id": order.pk,
        "construction_id": piece.pk,
        "shipment_id": shipment.pk,
        "stop_id": stop.pk,
        "entry_id": entry.pk,
        "plant_id": order.plant_id,
        "key_id": _key(dealer),
        **_receiver(f"dealer:{dealer.pk}"),
    }


def _key(dealer: Dealer) -> int:
    values = {"dealer": dealer, "name": f"Key of {dealer.name}", "hint": "rapd_1234", "created_at": NOW}
    return DealerFeedKey.objects.create(digest=f"{dealer.pk:064}", **values).pk


def _receiver(audience: str) -> dict[str, Any]:
    values = {"audience": audience, "url": "https://1.1.1.1/", "secret": "", "created_at": NOW}
    endpoint = WebhookEndpoint.objects.create(name=f"Receiver of {audience}", **values)
    event = WebhookEvent.objects.create(uid=f"msg_{endpoint.pk}", audience=audience, type="order.changed", made_at=NOW)
    delivery = WebhookDelivery.objects.create(endpoint=endpoint, event=event, queued_at=NOW, not_before=NOW)
    return {"endpoint_id": endpoint.pk, "delivery_id": delivery.pk}


def _paper(person: DealerUser) -> int:
    pdf = files.store(b"%PDF", mime_type="application/pdf", now=NOW)
    return Operation.objects.create(
        actor=person.user,
        verb="document.made",
        created_at=NOW,
        finished_at=NOW,
        parameters={"document": "statement", "facts": {"dealer": person.dealer_id, "money": True}},
        result={"file": pdf.pk, "name": "statement.pdf"},
    ).pk
