"""Bob's opportunities: one for a contact that everybody sees, one for a contact of his own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.contacts.models import Entity
from apps.crm.models import LostReason, PipelineStage
from apps.crm.services.opportunities import OpportunityInput, make_opportunity
from tests.conftest import NOW

if TYPE_CHECKING:
    from tests.access.world import World


def add_opportunities(world: World) -> None:
    """What routes call opportunity_id and reason_id."""
    stage = PipelineStage.objects.select_related("pipeline").get(pipeline__name="Sales", name="Enquiry")
    bob = world.users["sales"]
    world.places["all"]["reason_id"] = LostReason.objects.get(name="Price").pk
    for scope in ("public", "personal"):
        contact = Entity.objects.get(pk=world.places[scope]["entity_id"])
        data = OpportunityInput(title=f"Windows, {scope}", contacts=[contact], owner=bob)
        made = make_opportunity(actor=bob, data=data, stage=stage, now=NOW)
        world.places[scope]["opportunity_id"] = made.pk
