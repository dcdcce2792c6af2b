"""What ends with the members who answer for it: keys of bots, receivers of events."""

from __future__ import annotations

from datetime import datetime

from apps.accounts.models import User
from apps.accounts.services.bots import retire_bot_user
from apps.core.models import WebhookEndpoint
from apps.core.services.webhooks import endpoints
from apps.projects.models import Membership
from apps.projects.services.group_events import audience_of


def retire_programs(actor: User, left: Membership, *, nobody_is_left: bool, now: datetime) -> None:
    """The keys of a bot that left; where no colleague is left, those of the group's other bots, and its receivers."""
    bots = Membership.objects.filter(is_bot=True)
    gone = bots.filter(group=left.group_id) if nobody_is_left and not left.is_bot else bots.filter(pk=left.pk)
    for bot in gone.select_related("user"):
        if bot.user is not None:
            retire_bot_user(actor=actor, user=bot.user, now=now)
    gone.filter(left_at__isnull=True).update(left_at=now)
    if nobody_is_left and not left.is_bot:
        for endpoint in WebhookEndpoint.objects.of(audience_of(left.group_id)):
            endpoints.remove(endpoint, now=now)
