"""Charlie's segments: one of his own, one that all may use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.crm.services.segments import save_segment
from tests.conftest import NOW

if TYPE_CHECKING:
    from tests.access.world import World


def add_campaigns(world: World) -> None:
    """What routes call segment_id."""
    charlie = world.users["content"]
    for scope, is_shared in (("own segment", False), ("shared segment", True)):
        made = save_segment(actor=charlie, name=scope, tab="all", query={}, is_shared=is_shared, now=NOW)
        world.places[scope] = {"segment_id": made.pk}
    world.places["public"] |= world.places["shared segment"]
