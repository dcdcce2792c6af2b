"""Two contacts that everybody sees and that may be one, and one that bob alone sees beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.contacts.models import DuplicatePair
from tests.conftest import NOW
from tests.contacts.factories import PersonFactory

if TYPE_CHECKING:
    from tests.access.world import World


def add_duplicates(world: World) -> None:
    twin, hidden = PersonFactory(), world.places["personal"]["entity_id"]

    def pair(one: int, other: int) -> int:
        left, right = sorted([one, other])
        made = DuplicatePair.objects.create(left_id=left, right_id=right, score=90, reasons=["name"], found_at=NOW)
        return made.pk

    world.places["pair"] = {"pair_id": pair(world.places["public"]["entity_id"], twin.pk)}
    world.places["all"] |= world.places["pair"]
    world.places["hidden pair"] = {"pair_id": pair(hidden, twin.pk)}
