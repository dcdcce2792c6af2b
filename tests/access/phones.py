"""An app password and a clash of bob's, for the pages of phones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.accounts.services.app_passwords import create_app_password
from apps.sync.models import CardClash
from tests.conftest import NOW

if TYPE_CHECKING:
    from tests.access.world import World


def add_phones(world: World) -> None:
    """What routes call app_password_id and clash_id."""
    bob = world.users["sales"]
    made, _raw = create_app_password(actor=bob, name="Phone", now=NOW)
    differences = [{"name": "nickname", "before": "", "after": "Anya"}]
    clash = CardClash.objects.create(
        user=bob,
        entity_id=world.places["public"]["entity_id"],
        device="Phone",
        differences=differences,
        noticed_at=NOW,
    )
    world.places["all"] |= {"app_password_id": made.pk, "clash_id": clash.pk}
