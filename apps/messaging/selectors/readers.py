"""Whose mailbox it is."""

from __future__ import annotations

from django.db.models import Q

from apps.accounts.models import TeamMembership
from apps.core import clock
from apps.messaging.models import MailAccount


def readers_of_account(account: MailAccount) -> list[int]:
    """Ids of the users who read all of a mailbox: its owner, its members, its team today."""
    ids = set(account.members.values_list("pk", flat=True))
    if account.owner_id is not None:
        ids.add(account.owner_id)
    if account.team_id is not None:
        today = clock.now().date()
        held = TeamMembership.objects.filter(team=account.team_id, valid_from__lte=today)
        ids |= set(held.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today)).values_list("user_id", flat=True))
    return sorted(ids)
