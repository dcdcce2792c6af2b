"""A topic of mailings, and a link in a mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.core.models import Suppression
from apps.crm.models import MailingTopic
from apps.crm.services.mailings.tokens import Letter, seal
from tests.conftest import NOW

if TYPE_CHECKING:
    from tests.access.world import World


def add_mailings(world: World) -> None:
    """What routes call topic_id and suppression_id; a letter's token."""
    world.places["all"]["topic_id"] = MailingTopic.objects.create(key="news", title="News").pk
    world.places["all"]["letter"] = seal(Letter("reader@example.com", "topic:news"))
    kept_off = Suppression.objects.create(address="gone@example.com", reason="bounced", created_at=NOW)
    world.places["all"]["suppression_id"] = kept_off.pk
