"""Plants, dealers and orders for tests, with values that say what they are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from apps.accounts.models import User
from apps.contacts.models import Entity
from apps.crm.models import (
    Construction,
    Dealer,
    DealerPlant,
    DealerUser,
    Order,
    OrderMoney,
    OrderState,
    Plant,
    Stage,
)
from tests.contacts.factories import OrganisationFactory

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


def a_plant(key: str = "kyiv", **fields: Any) -> Plant:
    found, _made = Plant.objects.get_or_create(key=key, defaults={"name": f"Plant {key.title()}", **fields})
    return found


def a_dealer(name: str = "Svitlo Windows", *, code: str = "", plant: Plant | None = None, **fields: Any) -> Dealer:
    plant = plant or a_plant()
    entity: Entity = OrganisationFactory(name=name)
    code = code or f"D-{entity.pk}"
    dealer = Dealer.objects.create(entity=entity, code=code, name=name, plant_ids=[plant.pk], created_at=NOW, **fields)
    DealerPlant.objects.create(dealer=dealer, plant=plant)
    return dealer


def into_portal(
    user: User, dealer: Dealer, *, role: str = DealerUser.Role.OWNER, sees_money: bool = False
) -> DealerUser:
    return DealerUser.objects.create(
        user=user, dealer=dealer, role=role, sees_money=sees_money, name=user.name, email=user.email, created_at=NOW
    )


def an_order(dealer: Dealer, number: str = "A-1001", *, stage: Stage = Stage.ACCEPTED, **fields: Any) -> Order:
    """An order that its dealer sees, unless its stage is "received"."""
    plant = fields.pop("plant", None) or a_plant()
    amount = fields.pop("amount", None)
    approved = None if stage == Stage.RECEIVED else NOW
    order = Order.objects.create(
        dealer=dealer,
        plant=plant,
        plant_key=fields.pop("plant_key", number),
        number=number,
        received_at=fields.pop("received_at", NOW),
        approved_at=approved,
        identity_version=1,
        created_at=NOW,
        **fields,
    )
    OrderState.objects.create(
        order=order, dealer=dealer, plant=plant, stage=stage, status=stage.value, stage_version=1, changed_at=NOW
    )
    if amount is not None:
        OrderMoney.objects.create(order=order, dealer=dealer, amount=amount, currency="UAH", version=1, as_of=NOW)
    return order


def a_construction(order: Order, key: str = "", **fields: Any) -> Construction:
    values = {"position": 1, "title": "Window, two sashes", "width": 1400, "height": 1300, "version": 1} | fields
    key = key or f"K-{order.number}-{values['position']}"
    return Construction.objects.create(order=order, dealer=order.dealer, plant=order.plant, plant_key=key, **values)
