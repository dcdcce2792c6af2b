"""A promise that was not kept: managers are told, once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from apps.accounts.models import User
from apps.activities.services.telling import News, tell
from apps.crm.models import Claim
from apps.crm.services.claim_history import tell_pages

PORTION = 200


def escalate_claims(*, now: datetime) -> int:
    """Mark what is late and tell its manager and all managers who see it; how many claims. Several may run at once."""
    count = 0
    while found := _portion(now):
        count += found
    return count


@transaction.atomic
def _portion(now: datetime) -> int:
    late = Claim.objects.undecided().filter(due_at__lte=now, escalated_at__isnull=True)
    claims = list(late.select_for_update(skip_locked=True).order_by("pk")[:PORTION])
    Claim.objects.filter(pk__in=[claim.pk for claim in claims]).update(escalated_at=now)
    managers = set(User.objects.filter(is_active=True, groups__name="manager").values_list("pk", flat=True))
    news = [
        News(user_id, "escalated", "claim.escalated", record_type="crm.claim", record_id=claim.pk)
        for claim in claims
        for user_id in sorted(managers if claim.manager_id is None else managers | {claim.manager_id})
    ]
    tell(news, actor_id=None, now=now)
    for claim in claims:
        tell_pages(claim)
    return len(claims)
