"""A topic of mailings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.crm.models import MailingTopic

if TYPE_CHECKING:
    from tests.access.world import World


def add_mailings(world: World) -> None:
    """What routes call topic_id."""
    world.places["all"]["topic_id"] = MailingTopic.objects.create(key="news", title="News").pk
