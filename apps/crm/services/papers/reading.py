"""How papers read: as the one who asked, and for a dealer's people behind the wall (docs/adr/0015)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from apps.contacts.models import Unit
from apps.contacts.templatetags.contacts import address_parts
from apps.core import clock
from apps.core.database_roles import as_house, as_portal
from apps.crm.drawing.freshness import plain_words
from apps.crm.models import Dealer
from apps.crm.models.reach import MONEY_ROLES, has_role, portal_reader
from apps.crm.selectors.freshness import sources_of

if TYPE_CHECKING:
    from apps.accounts.models import User


@contextmanager
def reading(user: User) -> Iterator[None]:
    """A paper for a dealer's people is read as their pages are; staff read as the house."""
    reader = portal_reader(user)
    if reader is None:
        yield
        return
    with as_portal(
        dealer_id=reader.dealer_id,
        entity_id=reader.entity_id,
        user_id=reader.user_id,
        sees_money=reader.sees_money,
        plant_ids=reader.plant_ids,
    ):
        yield


def sees_amounts(user: User) -> bool:
    reader = portal_reader(user)
    return has_role(user, MONEY_ROLES) if reader is None else reader.sees_money


def addressed_to(dealer: Dealer) -> list[str]:
    """Name and address of a dealer that the reader was found to see; the address stands with the contact."""
    with as_house():
        unit = Unit.objects.filter(entity=dealer.entity_id, is_primary=True).first()
        address = address_parts(unit) if unit else []
    return [dealer.name, *(address or filter(None, [dealer.city]))]


def as_of_on_paper(plant_id: int, group: str) -> str:
    """How fresh these figures were when the paper was made; "" where no source is known for them."""
    return plain_words(sources_of([plant_id], now=clock.now()).of(plant_id, group))
