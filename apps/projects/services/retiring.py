"""What ends with the members who answer for it: keys of bots, receivers of events."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from apps.accounts.models import User
from apps.accounts.services.bots import retire_bot_user
from apps.core.models import WebhookEndpoint
from apps.core.services.webhooks import endpoints
from apps.projects.models import Group, Membership
from apps.projects.permissions import MANAGERS
from apps.projects.services.group_events import audience_of


def retire_programs(actor: User, left: Membership, *, nobody_is_left: bool, now: datetime) -> None:
    """The keys of a bot that left; where no colleague is left, those of the group's other bots, and its receivers."""
    if left.is_bot:
        _retire_bots(actor, Membership.objects.filter(pk=left.pk), now)
    elif nobody_is_left:
        _retire_all(actor, left.group_id, now)


@transaction.atomic
def retire_unanswered(*, actor: User | None, user: User, now: datetime) -> None:
    """The programs of the groups of `user`, now out of service, that nobody in service manages any more."""
    own = Membership.objects.present().filter(user=user.pk).values("group")
    groups = Group.objects.select_for_update(no_key=True).filter(pk__in=own).exclude(kind=Group.Kind.DIRECT)
    ids = list(groups.order_by("pk").values_list("pk", flat=True))
    managers = Membership.objects.present().filter(user__is_active=True, is_bot=False, role__in=MANAGERS)
    answered = set(managers.filter(group__in=ids).values_list("group", flat=True))
    for group_id in ids:
        if group_id not in answered:
            _retire_all(actor, group_id, now)


def remove_receivers(group_id: int, *, now: datetime) -> None:
    for endpoint in WebhookEndpoint.objects.of(audience_of(group_id)):
        endpoints.remove(endpoint, now=now)


def _retire_all(actor: User | None, group_id: int, now: datetime) -> None:
    _retire_bots(actor, Membership.objects.filter(group=group_id, is_bot=True), now)
    remove_receivers(group_id, now=now)


def _retire_bots(actor: User | None, bots: QuerySet[Membership], now: datetime) -> None:
    for bot in bots.select_related("user"):
        if bot.user is not None:
            retire_bot_user(actor=actor, user=bot.user, now=now)
    bots.filter(left_at__isnull=True).update(left_at=now)
