"""Charlie's segments, one of his own and one that all may use; a draft for the latter, and one that was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.crm.models import Segment
from apps.crm.services.campaigns import CampaignInput, make_campaign, start_campaign
from apps.crm.services.segments import save_segment
from tests.conftest import NOW

if TYPE_CHECKING:
    from tests.access.world import World


def add_campaigns(world: World) -> None:
    """What routes call segment_id and campaign_id."""
    charlie = world.users["content"]
    for scope, is_shared in (("own segment", False), ("shared segment", True)):
        made = save_segment(actor=charlie, name=scope, tab="all", query={}, is_shared=is_shared, now=NOW)
        world.places[scope] = {"segment_id": made.pk}
    shared = Segment.objects.get(name="shared segment")
    data = CampaignInput(name="Oak week", segment=shared, subject="Oak", body="<p>Look</p>", language="en")
    world.places["draft"] = {"campaign_id": make_campaign(actor=charlie, data=data, now=NOW).pk}
    begun = make_campaign(actor=charlie, data=data, now=NOW)
    world.places["begun"] = {"campaign_id": start_campaign(actor=charlie, campaign=begun, now=NOW).pk}
    world.places["public"] |= world.places["shared segment"] | world.places["draft"]
